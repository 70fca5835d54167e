package handgrad.app.diagram;

import handgrad.app.diagram.Diagram.Node;
import handgrad.app.diagram.Figure.Disc;
import handgrad.app.diagram.Figure.Group;
import handgrad.app.diagram.Figure.Letters;
import handgrad.app.diagram.Figure.Rectangle;
import handgrad.tensor.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A tensor as it is drawn: a box to scale, columns across and rows down, one sheet behind the other for a third
 * dimension, and beside it name, shape and what else is known.
 */
final class TensorBox {
    /** The least side that can be seen. */
    private static final double LEAST = 4;

    private static final double GAP = 3;

    /** How far one sheet of a third dimension shows behind the next, and how many are drawn. */
    private static final double BEHIND = 2.5;

    private static final int SHEETS = 4;

    private final Node node;
    private final boolean isRepeated;
    private final boolean isFanOut;
    private final List<String> lines;
    private final double columns;
    private final double rows;
    private final int sheets;
    private final String check;

    /**
     * A box.
     *
     * @param unit points for one row or column
     * @param isRepeated whether an earlier band has made the tensor
     * @param extra lines below name and shape
     * @param check the colour of the gradient check, or empty
     */
    TensorBox(Node node, double unit, boolean isRepeated, boolean isFanOut, List<String> extra, String check) {
        this.node = node;
        this.isRepeated = isRepeated;
        this.isFanOut = isFanOut;
        this.check = check;
        var shape = node.shape();
        columns = side(shape.rank() == 0 ? 1 : shape.size(-1), unit);
        rows = side(shape.rank() < 2 ? 1 : shape.size(0), unit);
        sheets = Math.min(SHEETS, shape.rank() < 3 ? 1 : shape.elements(1, shape.rank() - 1));
        lines = new ArrayList<>(List.of(node.name(), shape + (isInteger() ? " int32" : "")));
        if (isFanOut) {
            lines.add("⊕ gradients add");
        }
        lines.addAll(extra);
    }

    /** The points of one row or column, so that the largest dimension of all tensors has this size. */
    static double unit(List<Node> nodes, double size) {
        int largest = 1;
        for (var node : nodes) {
            var shape = node.shape();
            if (shape.rank() > 0) {
                largest = Math.max(largest, Math.max(shape.size(-1), shape.rank() > 1 ? shape.size(0) : 1));
            }
        }
        return Math.min(1.2, size / largest);
    }

    private static double side(int size, double unit) {
        return Math.max(LEAST, size * unit);
    }

    private boolean isInteger() {
        return node.value().content().dtype() == DType.INT32;
    }

    private double boxWidth() {
        return columns + (sheets - 1) * BEHIND;
    }

    private double boxHeight() {
        return rows + (sheets - 1) * BEHIND;
    }

    private static double size(int line) {
        return line == 0 ? Style.NAME : Style.SMALL;
    }

    private double textHeight() {
        double height = 0;
        for (int i = 0; i < lines.size(); i++) {
            height += size(i) * Style.LEADING;
        }
        return height;
    }

    double width() {
        double widest = 0;
        for (int i = 0; i < lines.size(); i++) {
            double disc = i > 0 || check.isEmpty() ? 0 : 1.6 * Style.SMALL;
            widest = Math.max(widest, Lettering.width(lines.get(i), size(i), i == 0) + disc);
        }
        return boxWidth() + GAP + widest;
    }

    double height() {
        return Math.max(boxHeight(), textHeight());
    }

    /** Where arrows come in and go out, from the left. */
    double port() {
        return columns / 2;
    }

    /** The upper edge of the front sheet, and the lower one. */
    double top() {
        return (height() - boxHeight()) / 2 + (sheets - 1) * BEHIND;
    }

    double bottom() {
        return top() + rows;
    }

    /** Where an arrow from above meets the box: the upper edge of the sheet farthest behind that it meets. */
    double entry() {
        int sheet = Math.min(sheets - 1, (int) (port() / BEHIND));
        return top() - sheet * BEHIND;
    }

    /** The figures, in a box whose upper left corner is the origin. */
    Group draw() {
        var parts = new ArrayList<Figure>();
        var stroke = isFanOut ? Style.BACKWARD : Style.INK;
        for (int sheet = sheets - 1; sheet >= 0; sheet--) {
            double offset = sheet * BEHIND;
            parts.add(new Rectangle(
                    offset,
                    top() - offset,
                    columns,
                    rows,
                    stroke,
                    isRepeated ? "#ffffff" : Style.fill(node.kind()),
                    isFanOut ? 1.4 : 0.7,
                    isRepeated));
        }
        double x = boxWidth() + GAP;
        double y = (height() - textHeight()) / 2;
        for (int i = 0; i < lines.size(); i++) {
            var color = lines.get(i).startsWith("⊕") ? Style.BACKWARD : Style.INK;
            parts.add(new Letters(x, y + size(i), lines.get(i), size(i), i == 0, color));
            y += size(i) * Style.LEADING;
        }
        if (!check.isEmpty()) {
            double name = Lettering.width(node.name(), Style.NAME, true);
            double middle = (height() - textHeight()) / 2 + Style.NAME * 0.64;
            parts.add(new Disc(x + name + Style.SMALL, middle, Style.SMALL / 2, Style.INK, check));
        }
        return new Group("tensor", facts(), parts);
    }

    private Map<String, String> facts() {
        var facts = new LinkedHashMap<String, String>();
        facts.put("name", node.name());
        facts.put("shape", node.shape().toString());
        facts.put("dtype", node.value().content().dtype().name());
        facts.put("role", node.kind().name().toLowerCase(Locale.ROOT));
        facts.put("fan-out", String.valueOf(isFanOut));
        facts.put("repeated", String.valueOf(isRepeated));
        return facts;
    }
}
