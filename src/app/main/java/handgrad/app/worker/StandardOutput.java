package handgrad.app.worker;

import handgrad.app.command.ExitCode;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The user's standard output, which remembers why a write failed: {@link PrintStream} drops that. Where nobody reads a
 * pipe any more, as after {@code | head -1}, the process ends at once and says nothing, as other programs do.
 */
public final class StandardOutput extends OutputStream {
    private static final int BUFFER = 8192;
    private static final int KIND = 0170000;
    private static final int PIPE = 0010000;
    private static final int SOCKET = 0140000;

    private final OutputStream descriptor = new FileOutputStream(FileDescriptor.out);
    private volatile @Nullable IOException failure;

    private StandardOutput() {}

    /** Lets {@link System#out} write here. */
    public static StandardOutput install() {
        var output = new StandardOutput();
        System.setOut(new PrintStream(new BufferedOutputStream(output, BUFFER), true, System.out.charset()));
        return output;
    }

    /** A line for people: why standard output could not be written; null if all was. */
    public @Nullable String failure() {
        System.out.flush();
        var first = failure;
        return first == null ? null : "standard output cannot be written: " + first.getMessage();
    }

    @Override
    public void write(int b) {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
        try {
            descriptor.write(bytes, from, length);
        } catch (IOException exception) {
            if (isPipe()) {
                Runtime.getRuntime().halt(ExitCode.BROKEN_PIPE);
            }
            if (failure == null) {
                failure = exception;
            }
        }
    }

    private static boolean isPipe() {
        try {
            int kind = (int) Files.getAttribute(Path.of("/dev/fd/1"), "unix:mode") & KIND;
            return kind == PIPE || kind == SOCKET;
        } catch (IOException | RuntimeException unknown) {
            return false;
        }
    }
}
