package handgrad.app;

import handgrad.tensor.Backend;

/** The versions of handgrad and of the JDK that runs it. */
final class ProgramVersion {
    private ProgramVersion() {}

    static String[] lines() {
        return new String[] {
            "handgrad " + Backend.version(),
            "JDK " + Runtime.version() + " (" + System.getProperty("java.vendor") + ", "
                    + System.getProperty("java.home") + ")"
        };
    }
}
