package handgrad.app.learn;

import handgrad.app.exercise.Marking;
import handgrad.app.exercise.Marking.Mark;
import handgrad.app.exercise.Marking.Numbers;
import handgrad.app.exercise.Marking.State;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;

/** What a process that checks tells the one that started it; on the way it is bytes, with their number before them. */
sealed interface Reply {
    /** More is no reply of ours. */
    int MOST_BYTES = 1 << 28;

    /** All is loaded, and a file can come. */
    record Ready() implements Reply {}

    /** The learner's code runs from now on and may take so long; with 0 it is back. */
    record Running(long limitMillis) implements Reply {}

    /**
     * The file is checked.
     *
     * @param printed what the code printed
     */
    record Marked(Marking marking, String printed) implements Reply {}

    /** The file cannot be checked, and these lines say why. The process goes on. */
    record Refused(String lines) implements Reply {}

    /** The learner's code did not come back, and this line says why. The process ends. */
    record Failed(String line) implements Reply {}

    /** Writes it. */
    default void write(DataOutputStream out) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var data = new DataOutputStream(bytes);
        switch (this) {
            case Ready() -> data.writeByte('R');
            case Running(long limitMillis) -> {
                data.writeByte('L');
                data.writeLong(limitMillis);
            }
            case Marked(Marking marking, String printed) -> {
                data.writeByte('M');
                write(marking, data);
                text(printed, data);
            }
            case Refused(String lines) -> {
                data.writeByte('C');
                text(lines, data);
            }
            case Failed(String line) -> {
                data.writeByte('F');
                text(line, data);
            }
        }
        out.writeInt(bytes.size());
        bytes.writeTo(out);
        out.flush();
    }

    /**
     * Reads the next one.
     *
     * @throws java.io.EOFException if there is none
     * @throws IOException if it is damaged
     */
    static Reply read(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 1 || length > MOST_BYTES) {
            throw new IOException("a reply is damaged");
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        var data = new DataInputStream(new ByteArrayInputStream(bytes));
        return switch (data.readByte()) {
            case 'R' -> new Ready();
            case 'L' -> new Running(data.readLong());
            case 'M' -> {
                var marking = marking(data);
                yield new Marked(marking, text(data));
            }
            case 'C' -> new Refused(text(data));
            case 'F' -> new Failed(text(data));
            default -> throw new IOException("a reply is damaged");
        };
    }

    private static void write(Marking marking, DataOutputStream data) throws IOException {
        text(marking.findings(), data);
        text(marking.current(), data);
        data.writeInt(marking.hints().size());
        for (var hint : marking.hints()) {
            text(hint, data);
        }
        data.writeBoolean(marking.solved());
        data.writeInt(marking.marks().size());
        for (var mark : marking.marks()) {
            text(mark.tensor(), data);
            text(mark.place(), data);
            text(mark.state().name(), data);
            text(mark.cause(), data);
            var numbers = mark.numbers();
            data.writeInt(numbers.shape().size());
            for (int size : numbers.shape()) {
                data.writeInt(size);
            }
            data.writeInt(numbers.elements().size());
            for (double element : numbers.elements()) {
                data.writeDouble(element);
            }
            byte[] wrong = numbers.wrong().toByteArray();
            data.writeInt(wrong.length);
            data.write(wrong);
        }
    }

    private static Marking marking(DataInputStream data) throws IOException {
        var findings = text(data);
        var current = text(data);
        var hints = new ArrayList<String>();
        for (int i = data.readInt(); i > 0; i--) {
            hints.add(text(data));
        }
        boolean solved = data.readBoolean();
        int count = data.readInt();
        var marks = new ArrayList<Mark>();
        for (int i = 0; i < count; i++) {
            var tensor = text(data);
            var place = text(data);
            var state = state(text(data));
            var cause = text(data);
            marks.add(new Mark(tensor, place, state, cause, numbers(data)));
        }
        return new Marking(marks, findings, current, hints, solved);
    }

    private static State state(String name) throws IOException {
        try {
            return State.valueOf(name);
        } catch (IllegalArgumentException unknown) {
            throw new IOException("a reply is damaged", unknown);
        }
    }

    private static Numbers numbers(DataInputStream data) throws IOException {
        int rank = data.readInt();
        var shape = new ArrayList<Integer>();
        for (int i = 0; i < rank; i++) {
            shape.add(data.readInt());
        }
        int count = data.readInt();
        var elements = new ArrayList<Double>();
        for (int i = 0; i < count; i++) {
            elements.add(data.readDouble());
        }
        byte[] wrong = data.readNBytes(data.readInt());
        return new Numbers(shape, elements, BitSet.valueOf(wrong));
    }

    private static void text(String text, DataOutputStream data) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        data.writeInt(bytes.length);
        data.write(bytes);
    }

    private static String text(DataInputStream data) throws IOException {
        return new String(data.readNBytes(data.readInt()), StandardCharsets.UTF_8);
    }
}
