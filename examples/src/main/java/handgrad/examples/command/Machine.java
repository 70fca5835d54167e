package handgrad.examples.command;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** The machine that a command runs on, in words. */
public final class Machine {
    private Machine() {}

    /** The model of the processor and how many processors the JVM may use. */
    public static String cpu() {
        int processors = Runtime.getRuntime().availableProcessors();
        var name = "unknown";
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            name = lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(name);
        } catch (IOException noSuchFile) {
            // Only Linux has this file; elsewhere the architecture has to do.
            name = ManagementFactory.getOperatingSystemMXBean().getArch();
        }
        return name + ", " + processors + (processors == 1 ? " processor" : " processors");
    }

    /** The operating system and the architecture. */
    public static String system() {
        return "%s %s, %s".formatted(property("os.name"), property("os.version"), property("os.arch"));
    }

    /** The version and vendor of the JDK. */
    public static String jdk() {
        return "%s (%s)".formatted(Runtime.version(), property("java.vendor"));
    }

    private static String property(String name) {
        return System.getProperty(name, "unknown");
    }
}
