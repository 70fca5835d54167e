package handgrad.app.diagram;

import handgrad.app.diagram.Diagram.Kind;
import handgrad.app.diagram.Figure.Letters;
import handgrad.app.diagram.Figure.Rectangle;
import handgrad.app.diagram.Style.Backward;
import java.util.ArrayList;
import java.util.List;

/**
 * A page with a diagram on it: the bands in columns, as large as the page allows.
 *
 * @param width of the page in points
 * @param height of the page in points
 * @param title for readers of the file
 * @param smallest the size of the smallest letters
 * @param figures what is on it
 */
record Sheet(double width, double height, String title, double smallest, List<Figure> figures) {
    /** ISO 216 in points, landscape. */
    enum Paper {
        A3(1190.55, 841.89),
        A4(841.89, 595.28);

        private final double width;
        private final double height;

        Paper(double width, double height) {
            this.width = width;
            this.height = height;
        }

        /** The least size of letters: 6 points on A3, and what is left of them when that is copied to A4. */
        double readable() {
            return 6 * width / A3.width;
        }
    }

    private static final double MARGIN = 14;
    private static final double HEADER = 44;

    /** Fits bands to a page, in the direction that makes them larger. */
    static Sheet of(String title, List<BandLayout> bands, Paper paper, Style style) {
        var wide = packing(bands, paper.width, paper.height);
        var high = packing(bands, paper.height, paper.width);
        return wide.scale() >= high.scale()
                ? draw(title, bands, wide, paper.width, paper.height, style)
                : draw(title, bands, high, paper.height, paper.width, style);
    }

    private static Packing packing(List<BandLayout> bands, double width, double height) {
        return Packing.of(bands, width - 2 * MARGIN, height - 2 * MARGIN - HEADER);
    }

    private static Sheet draw(
            String title, List<BandLayout> bands, Packing packing, double width, double height, Style style) {
        var figures = new ArrayList<Figure>();
        header(title, width, style, figures);
        for (int i = 0; i < bands.size(); i++) {
            var corner = packing.corners().get(i);
            figures.add(bands.get(i).draw().placed(packing.scale(), MARGIN + corner.x(), MARGIN + HEADER + corner.y()));
        }
        return new Sheet(width, height, title, Style.SMALL * Math.min(1, packing.scale()), figures);
    }

    /** The title, and below it, in two lines at most, what colours, boxes and signs mean. */
    private static void header(String title, double width, Style style, List<Figure> figures) {
        figures.add(new Letters(MARGIN, MARGIN + 11, title, 12, true, Style.INK));
        double x = MARGIN;
        double y = MARGIN + 28;
        x = key(figures, x, y, Style.fill(Kind.PARAMETER), "parameter");
        x = key(figures, x, y, Style.fill(Kind.DATA), "data");
        x = key(figures, x, y, Style.fill(Kind.COMPUTED), "computed");
        x = key(figures, x, y, "#ffffff", "from another band");
        for (var text : explanations(style)) {
            double end = x + Lettering.width(text, Style.SMALL, false);
            if (end > width - MARGIN && y == MARGIN + 28) {
                end -= x - MARGIN;
                x = MARGIN;
                y += 10;
            }
            figures.add(new Letters(x, y, text, Style.SMALL, false, Style.INK));
            x = end + 14;
        }
    }

    private static double key(List<Figure> figures, double x, double y, String fill, String text) {
        boolean dashed = fill.equals("#ffffff");
        figures.add(new Rectangle(x, y - 7, 12, 8, Style.INK, fill, 0.7, dashed));
        figures.add(new Letters(x + 15, y, text, Style.SMALL, false, Style.INK));
        return x + 15 + Lettering.width(text, Style.SMALL, false) + 14;
    }

    private static List<String> explanations(Style style) {
        var texts = new ArrayList<String>();
        if (style.backward() != Backward.NONE) {
            texts.add("dx: gradient of the loss by x; n: size of the batch; Σ0: sum over dimension 0;"
                    + " ⊕: gradients of several uses add");
            texts.add("∘: element by element; ·: matrix product");
        }
        if (style.values()) {
            texts.add("value, grad: mean ± standard deviation; green: gradient right, red: wrong");
        }
        return texts;
    }
}
