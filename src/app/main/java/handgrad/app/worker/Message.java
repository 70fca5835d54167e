package handgrad.app.worker;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** What a worker tells its supervisor; {@link MessageFile} carries it. */
sealed interface Message {
    /** Text to print, to standard output or to standard error. */
    record Print(boolean toError, String text) implements Message {}

    /**
     * The user's code runs from now on.
     *
     * @param what names it in a line for people, such as {@code Exercise5.java}
     * @param limitMillis how long it may run, 0 without a limit
     * @param mayExit whether it may end the JVM, as a program of its own may and a check may not
     */
    record Begin(String what, long limitMillis, boolean mayExit) implements Message {}

    /** The command is done and the worker ends itself; its exit code, whatever that of the JVM will be. */
    record End(int code) implements Message {}

    /** The message as bytes: a letter for its kind, then its components. */
    default byte[] bytes() throws IOException {
        var bytes = new ByteArrayOutputStream();
        var data = new DataOutputStream(bytes);
        switch (this) {
            case Print(boolean toError, String text) -> {
                data.writeByte('P');
                data.writeBoolean(toError);
                data.write(text.getBytes(StandardCharsets.UTF_8));
            }
            case Begin(String what, long limitMillis, boolean mayExit) -> {
                data.writeByte('B');
                data.writeLong(limitMillis);
                data.writeBoolean(mayExit);
                data.write(what.getBytes(StandardCharsets.UTF_8));
            }
            case End(int code) -> {
                data.writeByte('E');
                data.writeInt(code);
            }
        }
        return bytes.toByteArray();
    }

    /** The message that {@link #bytes} made the bytes of. */
    static Message read(DataInputStream data) throws IOException {
        return switch (data.readByte()) {
            case 'P' -> {
                boolean toError = data.readBoolean();
                yield new Print(toError, text(data));
            }
            case 'B' -> {
                long limitMillis = data.readLong();
                boolean mayExit = data.readBoolean();
                yield new Begin(text(data), limitMillis, mayExit);
            }
            case 'E' -> new End(data.readInt());
            default -> throw new IOException("the worker's report is damaged");
        };
    }

    private static String text(DataInputStream data) throws IOException {
        return new String(data.readAllBytes(), StandardCharsets.UTF_8);
    }
}
