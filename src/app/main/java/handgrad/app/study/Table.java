package handgrad.app.study;

import handgrad.page.Block;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Columns of text: the first to the left, the others to the right. */
public final class Table {
    private final List<String[]> rows = new ArrayList<>();

    public Table(String... heads) {
        rows.add(heads);
    }

    public void add(String... cells) {
        if (cells.length != rows.getFirst().length) {
            throw new IllegalArgumentException(
                    "Table: a row has " + cells.length + " cells, there are " + rows.getFirst().length + " columns");
        }
        rows.add(cells);
    }

    /** The table for a page. */
    public Block block(String caption) {
        var cells = rows.stream().map(List::of).toList();
        return new Block.Table(caption, cells.getFirst(), cells.subList(1, cells.size()));
    }

    public void print(PrintWriter out) {
        int columns = rows.getFirst().length;
        int[] widths = new int[columns];
        for (var row : rows) {
            Arrays.setAll(widths, i -> Math.max(widths[i], row[i].length()));
        }
        for (var row : rows) {
            var line = new StringBuilder(row[0] + " ".repeat(widths[0] - row[0].length()));
            for (int i = 1; i < columns; i++) {
                line.append(" ".repeat(widths[i] - row[i].length() + 2)).append(row[i]);
            }
            out.println(line.toString().stripTrailing());
        }
    }
}
