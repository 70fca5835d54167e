package handgrad.app.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the JVM of a command says itself on standard error, apart from the command: relayed, but for the JDK's warning
 * of incubator modules, which no option turns off.
 *
 * <p>The command writes to the user's own standard error, so that its lines come in their order with those of standard
 * output. A child of a Java process inherits three descriptors alone, so the child's shell opens the others, and the
 * JVM's words go to a file that is read here. Windows has no such shell: there the command's words come through the
 * same pipe.
 */
final class JvmWords {
    private static final long POLL_MILLIS = 20;
    private static final int USERS_STANDARD_ERROR = 3;
    private static final int CHUNK = 8192;

    private final @Nullable Path file;
    private final UnwarnedStream out = new UnwarnedStream(System.err);
    private @Nullable InputStream in;
    private @Nullable Thread relay;
    private volatile boolean over;

    private JvmWords(@Nullable Path file) {
        this.file = file;
    }

    /** By way of a file that does not exist; it is gone afterwards. */
    static JvmWords ofFile(Path file) throws IOException {
        Files.createFile(file);
        return new JvmWords(file);
    }

    /** By way of a pipe, which has the command's words too. */
    static JvmWords ofPipe() {
        return new JvmWords(null);
    }

    /** The descriptor that is the user's standard error in the child; 2 where it is the pipe. */
    int standardError() {
        return file == null ? 2 : USERS_STANDARD_ERROR;
    }

    /** Starts a command with the user's standard input and output. */
    Process start(List<String> command) throws IOException {
        var line = new ArrayList<String>();
        if (file != null) {
            line.addAll(List.of(
                    "/bin/sh", "-c", "exec \"$@\" %d>&2 2>>\"$0\"".formatted(USERS_STANDARD_ERROR), file.toString()));
        }
        line.addAll(command);
        var builder = new ProcessBuilder(line).inheritIO();
        if (file == null) {
            builder.redirectError(ProcessBuilder.Redirect.PIPE);
        }
        var process = builder.start();
        var words = file == null ? process.getErrorStream() : Files.newInputStream(file);
        in = words;
        relay = Thread.ofPlatform().daemon().name("words of the JVM").start(() -> relay(words));
        return process;
    }

    private void relay(InputStream words) {
        try {
            // What is over is read once more to its end.
            for (boolean last = false; !last; ) {
                last = over || file == null;
                var bytes = new byte[CHUNK];
                for (int n; (n = words.read(bytes)) > 0; ) {
                    out.write(bytes, 0, n);
                    out.flush();
                }
                if (!last) {
                    Thread.sleep(POLL_MILLIS);
                }
            }
        } catch (IOException | InterruptedException exception) {
            System.err.println("handgrad: cannot relay what the JVM says: " + exception.getMessage());
        }
    }

    /** Relays the rest, when the command is over. */
    void finish() throws IOException, InterruptedException {
        over = true;
        if (relay != null) {
            relay.join();
        }
        out.finish();
        if (in != null) {
            in.close();
        }
        if (file != null) {
            Files.deleteIfExists(file);
        }
    }
}
