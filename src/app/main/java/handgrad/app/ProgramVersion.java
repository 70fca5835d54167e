package handgrad.app;

/** The versions of handgrad and of the JDK that runs it. */
final class ProgramVersion {
    private ProgramVersion() {}

    static String[] lines() {
        var version =
                ProgramVersion.class.getModule().getDescriptor().rawVersion().orElse("(from source)");
        return new String[] {
            "handgrad " + version,
            "JDK " + Runtime.version() + " (" + System.getProperty("java.vendor") + ", "
                    + System.getProperty("java.home") + ")"
        };
    }
}
