package handgrad.app;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;

/**
 * The user's standard error.
 *
 * <p>The launcher leads file descriptor 2 through a filter that drops the JDK's warning about incubator modules, which
 * no option of the JDK turns off, and hands the user's standard error over as another descriptor. The program writes
 * to that one directly, so that its messages are complete when it ends. Opening {@code /dev/fd/3} would not do: on
 * Linux that opens a file anew, with an offset of its own, and {@code > log 2>&1} would overwrite itself. Java has no
 * public way to name an inherited descriptor, hence the private field, opened by the launcher; a call of {@code dup2}
 * would cost ten times as much at every start.
 */
final class StandardError {
    private StandardError() {}

    /**
     * Lets {@link System#err} write to the descriptor that the property {@code handgrad.stderr} names. Without the
     * property, or where the JDK keeps its field closed, {@link System#err} stays what it is.
     */
    static void restore() {
        Integer number = Integer.getInteger("handgrad.stderr");
        if (number == null) {
            return;
        }
        try {
            var descriptor = new FileDescriptor();
            var field = FileDescriptor.class.getDeclaredField("fd");
            field.setAccessible(true);
            field.setInt(descriptor, number);
            System.setErr(new PrintStream(new FileOutputStream(descriptor), true, System.err.charset()));
        } catch (ReflectiveOperationException | RuntimeException closed) {
            System.err.println("handgrad: standard error goes through the launcher's filter: " + closed.getMessage());
        }
    }
}
