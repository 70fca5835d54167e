package handgrad.app.train;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** Losses one below the other, each beside the one that the lecture prints, where it does. */
public final class LossTable {
    private static final int NARROWEST_LABEL = 5;

    private final List<Row> rows = new ArrayList<>();

    private record Row(String label, double loss, OptionalDouble lecture) {}

    /** Adds a loss, and the one that the lecture prints. */
    public void add(String label, double loss, OptionalDouble lecture) {
        rows.add(new Row(label, loss, lecture));
    }

    /** Prints them. */
    public void print(PrintWriter out) {
        int width = rows.stream().mapToInt(row -> row.label.length()).reduce(NARROWEST_LABEL, Math::max);
        var head = rows.stream().anyMatch(row -> row.lecture.isPresent()) ? "   lecture" : "";
        out.println(" ".repeat(width) + "      loss" + head);
        for (var row : rows) {
            out.print(String.format(Locale.ROOT, "%-" + width + "s  %8.4f", row.label, row.loss));
            row.lecture.ifPresent(loss -> out.print(String.format(Locale.ROOT, "  %8.4f", loss)));
            out.println();
        }
    }
}
