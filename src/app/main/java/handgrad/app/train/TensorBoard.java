package handgrad.app.train;

import handgrad.file.PrintableText;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * Writes the metrics of a run as an event file that TensorBoard draws: {@code loss/batch}, {@code loss/dev} and so on,
 * and {@code lr}. A file that cannot be written is told once and ends no training.
 *
 * <p>An event file is a TFRecord file: each record has its length, the checksum of the length, its bytes and their
 * checksum. The bytes are a message Event of protocol buffers, {@code tensorboard/compat/proto/event.proto} in
 * TensorBoard's sources. Five of its fields are written, and the few lines for them stand here: a library of protocol
 * buffers would cost every start of the program more than they do.
 *
 * <p>The file is written anew when a run is resumed. It says that a session starts at step 0, so that a TensorBoard
 * that is open throws away what it has read before.
 */
final class TensorBoard implements Closeable {
    private static final String PREFIX = "events.out.tfevents.";

    private final AppendedFile file;

    /** Unix time at the start of the training, had it run without a break until now. */
    private final double start;

    /** The steps that were done at the last line, and the training time then. */
    private int done;

    private double seconds;

    private TensorBoard(Path path, double start, Consumer<String> warning) {
        this.start = start;
        file = AppendedFile.later(path, concatenated(version(start), sessionStart(start)), warning);
    }

    /**
     * Begins with what is known of a run already, in place of the event files in the folder.
     *
     * @param warning is told in one line what cannot be written
     */
    static TensorBoard open(Path folder, List<MetricsLine> soFar, Consumer<String> warning) {
        double now = System.currentTimeMillis() / 1e3;
        double seconds = soFar.stream()
                .mapToDouble(TensorBoard::secondsOf)
                .filter(Double::isFinite)
                .reduce(0, Math::max);
        removeEvents(folder, warning);
        var path = folder.resolve("%s%010d.handgrad".formatted(PREFIX, (long) now));
        var board = new TensorBoard(path, now - seconds, warning);
        var events = new ByteArrayOutputStream();
        soFar.forEach(line -> events.writeBytes(board.record(line)));
        board.file.add(events.toByteArray());
        return board;
    }

    private static void removeEvents(Path folder, Consumer<String> warning) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (var files = Files.newDirectoryStream(folder, PREFIX + "*")) {
            for (var old : files) {
                Files.delete(old);
            }
        } catch (IOException exception) {
            warning.accept(PrintableText.of("handgrad: warning: the old events in " + folder + " cannot be removed: "
                    + RunFolder.reason(exception)));
        }
    }

    /** Adds the numbers of a line of the metrics. */
    void add(MetricsLine line) {
        file.add(record(line));
    }

    private byte[] record(MetricsLine line) {
        double told = secondsOf(line);
        if (Double.isFinite(told)) {
            seconds = told;
        }
        var summary = new Message();
        int step = switch (line) {
            case MetricsLine.Step batch -> {
                summary.message(1, value("loss/batch", batch.loss())).message(1, value("lr", batch.lr()));
                done = batch.step() + 1;
                yield batch.step();
            }
            case MetricsLine.Evaluated evaluated -> {
                summary.message(1, value("loss/" + evaluated.split(), evaluated.loss()));
                done = evaluated.step();
                yield done;
            }
            case MetricsLine.Final last -> {
                summary.message(1, value("loss/" + last.split(), last.loss()));
                yield done;
            }
        };
        return framed(event(start + seconds, step).message(5, summary));
    }

    private static double secondsOf(MetricsLine line) {
        return switch (line) {
            case MetricsLine.Step batch -> batch.seconds();
            case MetricsLine.Evaluated evaluated -> evaluated.seconds();
            case MetricsLine.Final _ -> Double.NaN;
        };
    }

    private static byte[] version(double time) {
        return framed(event(time, 0).text(3, "brain.Event:2"));
    }

    private static byte[] sessionStart(double time) {
        return framed(event(time, 0).message(7, new Message().number(1, 1)));
    }

    private static Message event(double time, long step) {
        return new Message().float64(1, time).number(2, step);
    }

    private static Message value(String tag, double value) {
        return new Message().text(1, tag).float32(2, (float) value);
    }

    private static byte[] framed(Message message) {
        byte[] bytes = message.bytes.toByteArray();
        var record = ByteBuffer.allocate(Long.BYTES + Integer.BYTES + bytes.length + Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(bytes.length);
        record.putInt(masked(record.array(), Long.BYTES));
        record.put(bytes);
        record.putInt(masked(bytes, bytes.length));
        return record.array();
    }

    /** The CRC-32C of the first bytes, turned and moved: one over bytes that hold their own CRC would say little. */
    private static int masked(byte[] bytes, int length) {
        var crc = new CRC32C();
        crc.update(bytes, 0, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
    }

    private static byte[] concatenated(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }

    @Override
    public void close() {
        file.close();
    }

    /** A message of protocol buffers, field by field. */
    private static final class Message {
        private static final int VARINT = 0;
        private static final int FIXED64 = 1;
        private static final int BYTES = 2;
        private static final int FIXED32 = 5;

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Message number(int field, long value) {
            varint((long) field << 3 | VARINT);
            varint(value);
            return this;
        }

        Message float64(int field, double value) {
            varint((long) field << 3 | FIXED64);
            fixed(Double.doubleToLongBits(value), Long.BYTES);
            return this;
        }

        Message float32(int field, float value) {
            varint((long) field << 3 | FIXED32);
            fixed(Float.floatToIntBits(value), Integer.BYTES);
            return this;
        }

        Message text(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return bytes(field, value.bytes.toByteArray());
        }

        private Message bytes(int field, byte[] value) {
            varint((long) field << 3 | BYTES);
            varint(value.length);
            bytes.writeBytes(value);
            return this;
        }

        private void fixed(long value, int length) {
            for (int i = 0; i < length; i++) {
                bytes.write((int) (value >>> (8 * i)));
            }
        }

        /** Seven bits in a byte, the lowest first; the highest bit says that more follow. */
        private void varint(long value) {
            long left = value;
            while ((left & ~0x7fL) != 0) {
                bytes.write((int) ((left & 0x7f) | 0x80));
                left >>>= 7;
            }
            bytes.write((int) left);
        }
    }
}
