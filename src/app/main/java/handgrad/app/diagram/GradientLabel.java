package handgrad.app.diagram;

import handgrad.app.diagram.Diagram.Node;
import handgrad.app.diagram.Diagram.Use;
import handgrad.app.diagram.Figure.Group;
import handgrad.app.diagram.Figure.Letters;
import handgrad.app.diagram.Figure.Rectangle;
import handgrad.app.diagram.Style.Backward;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The gradient on an edge: its formula and marks, or a slot for them. */
final class GradientLabel {
    private static final double INSET = 3;

    private static final double SLOT_LINE = 11;

    private final Use use;
    private final Node output;
    private final Backward backward;
    private final Sizes sizes;
    private final List<String> formula;
    private final List<String> marks;

    GradientLabel(Use use, Node output, Backward backward, Sizes sizes) {
        this.use = use;
        this.output = output;
        this.backward = backward;
        this.sizes = sizes;
        this.formula = Lettering.wrap(use.gradient(), Style.SMALL, sizes.gradient());
        this.marks = use.marks().stream().map(mark -> mark.text()).toList();
    }

    private boolean isSlot() {
        return backward != Backward.FORMULAS;
    }

    private double leading() {
        return isSlot() ? SLOT_LINE : Style.SMALL * Style.LEADING;
    }

    private List<String> shownMarks() {
        return isSlot() ? List.of() : marks;
    }

    double width() {
        double widest = 0;
        for (var line : formula) {
            widest = Math.max(widest, Lettering.width(line, Style.SMALL, false));
        }
        for (var line : shownMarks()) {
            widest = Math.max(widest, Lettering.width(line, Style.SMALL, false));
        }
        return isSlot() ? Math.max(sizes.slot(), widest + 2 * INSET) : widest + 2;
    }

    double height() {
        return formula.size() * leading() + shownMarks().size() * Style.SMALL * Style.LEADING + (isSlot() ? INSET : 1);
    }

    Group draw(double x, double y) {
        var parts = new ArrayList<Figure>();
        double inset = isSlot() ? INSET : 1;
        if (isSlot()) {
            parts.add(new Rectangle(x, y, width(), height(), Style.BACKWARD, "#ffffff", 0.5, false));
        }
        double baseline = y + Style.SMALL + (isSlot() ? 2 : 0);
        for (int i = 0; i < formula.size(); i++) {
            var line = formula.get(i);
            if (backward == Backward.BLANK) {
                line = i == 0 ? line.replaceFirst("=.*", "=") : "";
            }
            if (!line.isEmpty()) {
                parts.add(new Letters(x + inset, baseline, line, Style.SMALL, false, Style.BACKWARD));
            }
            baseline += leading();
        }
        for (var mark : shownMarks()) {
            parts.add(new Letters(x + inset, baseline, mark, Style.SMALL, false, Style.MARK));
            baseline += Style.SMALL * Style.LEADING;
        }
        return new Group("gradient", facts(), parts);
    }

    private Map<String, String> facts() {
        var facts = new LinkedHashMap<String, String>();
        facts.put("of", use.input().name());
        facts.put("through", output.name());
        if (backward != Backward.BLANK) {
            facts.put("formula", use.gradient());
            facts.put(
                    "marks",
                    use.marks().stream()
                            .map(mark -> mark.name().toLowerCase(Locale.ROOT))
                            .collect(Collectors.joining(" ")));
        }
        return facts;
    }
}
