package handgrad.app.program;

import java.nio.file.Files;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import jdk.jshell.tool.JavaShellToolBuilder;
import picocli.CommandLine.Command;

/** JShell with the engine imported. Snippets run in this JVM, which has the right options already. */
@Command(name = "shell", description = "Opens JShell with the engine imported; /exit leaves it.")
public final class ShellCommand implements Callable<Integer> {
    /** Tells of the folder that JShell's history makes at its first use; kept, as the JDK holds its loggers weakly. */
    private final Logger preferencesLog = Logger.getLogger("java.util.prefs");

    @Override
    public Integer call() throws Exception {
        preferencesLog.setLevel(Level.WARNING);
        // JShell takes its start-up code from a file only.
        var startup = Files.createTempFile("handgrad", ".jsh");
        try {
            Files.writeString(startup, EngineImports.all() + "\n");
            return start(startup.toString());
        } finally {
            Files.delete(startup);
        }
    }

    private static int start(String startup) throws Exception {
        return JavaShellToolBuilder.builder()
                .start(
                        "--execution",
                        "local",
                        "--module-path",
                        System.getProperty("jdk.module.path"),
                        "--add-modules",
                        "handgrad",
                        "-C-Xlint:-incubating",
                        "--startup",
                        "DEFAULT",
                        "--startup",
                        startup);
    }
}
