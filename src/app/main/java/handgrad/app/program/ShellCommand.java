package handgrad.app.program;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import jdk.jshell.tool.JavaShellToolBuilder;
import picocli.CommandLine.Command;

/**
 * JShell with the engine imported. Snippets run in a JVM of their own, JShell's, which may end without the shell:
 * Ctrl-C stops a snippet, and after System.exit JShell says how the definitions come back.
 */
@Command(
        name = "shell",
        description = "Opens JShell with the engine imported; Ctrl-C stops what runs, /exit leaves it.")
public final class ShellCommand implements Callable<Integer> {
    /** The memory of the snippets, unless the user gives another: as much as an exercise has. */
    private static final String MEMORY = "-Xmx1g";

    /** Tells of the folder that JShell's history makes at its first use; kept, as the JDK holds its loggers weakly. */
    private final Logger preferencesLog = Logger.getLogger("java.util.prefs");

    @Override
    public Integer call() throws Exception {
        preferencesLog.setLevel(Level.WARNING);
        // JShell takes its start-up code from a file only.
        var startup = Files.createTempFile("handgrad", ".jsh");
        try {
            Files.writeString(startup, EngineImports.all() + "\n");
            return JavaShellToolBuilder.builder().start(options(startup.toString()));
        } finally {
            Files.delete(startup);
        }
    }

    private static String[] options(String startup) {
        var options = new ArrayList<>(List.of(
                "--module-path",
                System.getProperty("jdk.module.path"),
                "--add-modules",
                "handgrad,jdk.incubator.vector",
                "-C-Xlint:-incubating",
                "--startup",
                "DEFAULT",
                "--startup",
                startup));
        var classPath = System.getProperty("java.class.path", "");
        if (!classPath.isEmpty()) {
            options.addAll(List.of("--class-path", classPath));
        }
        options.add("-R" + MEMORY);
        options.add("-R--enable-native-access=handgrad.blas");
        // The last one counts.
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("-X") || argument.startsWith("-Dhandgrad."))
                .forEach(argument -> options.add("-R" + argument));
        return options.toArray(String[]::new);
    }
}
