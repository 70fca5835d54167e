package handgrad.page;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** The user's browser. */
public final class Browser {
    /** A command that opens a page either comes back at once or goes on as the browser itself. */
    private static final int SECONDS = 3;

    private Browser() {}

    /** Opens an address and returns whether a browser took it. */
    public static boolean open(URI address) {
        return open(
                command(
                        System.getProperty("os.name", ""),
                        System.getenv("DISPLAY") != null || System.getenv("WAYLAND_DISPLAY") != null),
                address);
    }

    /** The command that opens an address on a system; empty where there is no screen to open it on. */
    static List<String> command(String system, boolean display) {
        var name = system.toLowerCase(Locale.ROOT);
        if (name.startsWith("windows")) {
            return List.of("rundll32", "url.dll,FileProtocolHandler");
        }
        if (name.startsWith("mac")) {
            return List.of("open");
        }
        return display ? List.of("xdg-open") : List.of();
    }

    static boolean open(List<String> command, URI address) {
        if (command.isEmpty()) {
            return false;
        }
        var whole = new ArrayList<>(command);
        whole.add(address.toString());
        try {
            var process = new ProcessBuilder(whole)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            process.getOutputStream().close();
            return !process.waitFor(SECONDS, TimeUnit.SECONDS) || process.exitValue() == 0;
        } catch (IOException noSuchCommand) {
            return false;
        } catch (InterruptedException exception) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
