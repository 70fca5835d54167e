package handgrad.app.command;

/** Text in lines that any terminal holds. */
public final class Lines {
    private static final int WIDTH = 79;

    private Lines() {}

    /** Words in lines of at most 79 characters, so far as single words are no longer. */
    public static String wrapped(String words) {
        return words.replaceAll("(.{1," + WIDTH + "})(?: |$)", "$1\n").strip();
    }
}
