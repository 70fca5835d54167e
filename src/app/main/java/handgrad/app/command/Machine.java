package handgrad.app.command;

import handgrad.tensor.Backend;

/** The machine that a command runs on, in words. */
public final class Machine {
    private Machine() {}

    /** The model of the processor and how many processors the JVM may use. */
    public static String cpu() {
        int processors = Runtime.getRuntime().availableProcessors();
        return Backend.processor() + ", " + processors + (processors == 1 ? " processor" : " processors");
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
