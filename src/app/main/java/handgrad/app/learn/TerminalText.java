package handgrad.app.learn;

import handgrad.app.exercise.Marking;
import handgrad.app.exercise.Marking.Mark;
import handgrad.app.exercise.Marking.State;
import handgrad.file.PrintableText;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/** What a lesson says in the terminal. */
final class TerminalText {
    static final String KEYS = "h and Enter: the next hint; n: the next exercise; q: the end.\n";

    private TerminalText() {}

    /** The beginning of an exercise. */
    static String heading(Shown shown) {
        return PrintableText.lines("\n%s\nOpen %s in your editor; it is checked each time you save it.\n"
                .formatted(shown.exercise().heading(), shown.file()));
    }

    /** What a check found. */
    static String marked(Shown shown) {
        var marking = shown.marking();
        if (marking == null) {
            return "";
        }
        var text = new StringJoiner("\n", "\n", "\n");
        if (!shown.printed().isBlank()) {
            text.add(shown.printed().strip());
        }
        boolean isTold = marking.count(State.UNTOLD) == 0;
        if (isTold) {
            text.add(counts(marking));
        }
        for (var state : List.of(State.BLANK, State.WRONG, State.RIGHT)) {
            addNames(text, marking, state);
        }
        if (!marking.findings().isBlank()) {
            text.add((isTold ? "\n" : "") + marking.findings().strip());
        }
        var hints = shown.shownHints();
        if (!hints.isEmpty()) {
            text.add("");
        }
        for (int i = 0; i < hints.size(); i++) {
            text.add(hint(shown, i).strip());
        }
        if (marking.solved()) {
            text.add("").add(solved(shown));
        } else if (!marking.current().isEmpty() && !marking.isSearch()) {
            text.add("").add("Next: " + place(marking, marking.current()) + ".");
        }
        return PrintableText.lines(text.toString());
    }

    private static String counts(Marking marking) {
        var counts = new StringJoiner(", ", "", ".");
        counts.add("%d of %d right"
                .formatted(marking.count(State.RIGHT), marking.marks().size()));
        if (marking.count(State.WRONG) > 0) {
            counts.add(marking.count(State.WRONG) + " wrong");
        }
        if (marking.count(State.BLANK) > 0) {
            counts.add(marking.count(State.BLANK) + " blank");
        }
        return counts.toString();
    }

    private static void addNames(StringJoiner text, Marking marking, State state) {
        var names = marking.marks().stream()
                .filter(mark -> mark.state() == state)
                .map(mark -> "d" + mark.tensor())
                .collect(Collectors.joining(" "));
        if (!names.isEmpty()) {
            text.add("  %-6s %s".formatted(state.name().toLowerCase(Locale.ROOT), names));
        }
    }

    private static String solved(Shown shown) {
        var own = "Solved. ./handgrad exercise %s --solution shows the derivation."
                .formatted(shown.exercise().name());
        var next = shown.next();
        return next == null
                ? own + "\nAll others are solved."
                : own
                        + "\nNext: %s. Save %s, or press n and Enter, to go on."
                                .formatted(next.heading(), shown.nextFile(next));
    }

    private static String place(Marking marking, String tensor) {
        return marking.marks().stream()
                .filter(mark -> mark.tensor().equals(tensor))
                .map(Mark::place)
                .findFirst()
                .orElse("d" + tensor);
    }

    /** A hint for the current gradient, a line. */
    static String hint(Shown shown, int index) {
        var all = shown.allHints();
        var marking = shown.marking();
        var about = marking == null || marking.isSearch() ? "" : "d" + shown.current() + ", ";
        return "%shint %d of %d: %s\n".formatted(about, index + 1, all.size(), all.get(index));
    }

    /** Why the file cannot be checked. */
    static String problem(Shown shown) {
        return PrintableText.lines("\n" + shown.problem().stripTrailing() + "\n");
    }
}
