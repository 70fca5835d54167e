package handgrad.app;

/** The versions of handgrad and of the JDK that runs it. */
final class Version {
    private Version() {}

    static String[] lines() {
        var version = Version.class.getModule().getDescriptor().rawVersion().orElse("(from source)");
        return new String[] {
            "handgrad " + version,
            "JDK " + Runtime.version() + " (" + System.getProperty("java.vendor") + ", "
                    + System.getProperty("java.home") + ")"
        };
    }
}
