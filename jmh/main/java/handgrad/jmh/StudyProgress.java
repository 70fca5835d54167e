package handgrad.jmh;

/**
 * Says how far a study is: on a terminal, which the system property {@code handgrad.terminal} of the launcher tells, in
 * one line that is written again, else only how long it will take.
 */
final class StudyProgress {
    private final String title;
    private final double expectedSeconds;
    private final boolean terminal = Boolean.getBoolean("handgrad.terminal");
    private final long start = System.nanoTime();

    StudyProgress(String title, double expectedSeconds) {
        this.title = title;
        this.expectedSeconds = expectedSeconds;
        IO.println(title + ": about " + words(expectedSeconds));
    }

    /** Shows the time that is left. */
    void show() {
        if (terminal) {
            double left = expectedSeconds - (System.nanoTime() - start) / 1e9;
            IO.print("\r%s: %s   ".formatted(title, left > 0 ? words(left) + " left" : "nearly done"));
        }
    }

    /** Ends the line. */
    void done() {
        IO.println((terminal ? "\r" : "") + title + ": done in " + words((System.nanoTime() - start) / 1e9) + "   ");
    }

    /** A duration to its minute, or to its second if it is short. */
    static String words(double seconds) {
        return seconds < 90 ? Math.round(seconds) + " s" : Math.round(seconds / 60) + " min";
    }
}
