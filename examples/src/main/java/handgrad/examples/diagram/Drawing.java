package handgrad.examples.diagram;

import handgrad.examples.command.WrongInputException;
import handgrad.examples.diagram.Diagram.Node;
import handgrad.examples.diagram.Sheet.Paper;
import handgrad.examples.diagram.Subject.LayerSpan;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A subject as it is to be drawn: which of its layers are open, and how much it shows. */
final class Drawing {
    /** A model of more layers than this is drawn by layers. */
    private static final int DEEP = 8;

    private final Subject subject;
    private final Style style;
    private final Paper paper;
    private final Diagram diagram;

    /**
     * A drawing.
     *
     * @param open the layers to open where the model is drawn by layers
     * @throws WrongInputException if there is no such layer
     */
    Drawing(Subject subject, Style style, Paper paper, List<String> open) {
        this.subject = subject;
        this.style = style;
        this.paper = paper;
        this.diagram = DiagramReader.read(subject, closed(open));
    }

    private Set<LayerSpan> closed(List<String> open) {
        var layers = subject.layers();
        for (var wanted : open) {
            if (layers.stream().noneMatch(layer -> layer.isCalled(wanted))) {
                throw new WrongInputException(
                        layers.isEmpty()
                                ? "--open %s: the model has no layers to open".formatted(wanted)
                                : "--open %s: there is no such layer; there are %s"
                                        .formatted(
                                                wanted,
                                                layers.stream()
                                                        .map(LayerSpan::name)
                                                        .collect(Collectors.joining(", "))));
            }
        }
        return layers.size() <= DEEP
                ? Set.of()
                : layers.stream()
                        .filter(layer -> open.stream().noneMatch(layer::isCalled))
                        .collect(Collectors.toSet());
    }

    Diagram diagram() {
        return diagram;
    }

    Subject subject() {
        return subject;
    }

    Style style() {
        return style;
    }

    /** The page. */
    Sheet sheet() {
        double unit = TensorBox.unit(diagram.nodes());
        var made = new HashSet<Node>();
        var layouts = new ArrayList<BandLayout>();
        for (var band : Band.of(diagram)) {
            var own = band.operations().stream().map(Diagram.Operation::output).collect(Collectors.toSet());
            layouts.add(new BandLayout(
                    band,
                    node -> {
                        boolean isRepeated = !own.contains(node) && !made.add(node);
                        return new TensorBox(
                                node,
                                unit,
                                isRepeated,
                                style.backward() != Style.Backward.NONE && diagram.isFanOut(node),
                                facts(node),
                                check(node));
                    },
                    style));
            made.addAll(own);
        }
        return Sheet.of(diagram.title(), layouts, paper, style);
    }

    private List<String> facts(Node node) {
        if (!style.values()) {
            return List.of();
        }
        var lines = new ArrayList<String>();
        lines.add(statistics("value", node.value().content()));
        var gradient = subject.gradients().apply(node.name());
        if (gradient != null) {
            lines.add(statistics("gradient", gradient));
        }
        return lines;
    }

    private static String statistics(String what, Tensor tensor) {
        int n = tensor.shape().elements();
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += tensor.getFlat(i);
        }
        double mean = sum / n;
        double squares = 0;
        for (int i = 0; i < n; i++) {
            squares += Math.pow(tensor.getFlat(i) - mean, 2);
        }
        var deviation = n == 1 ? "" : " ± " + Style.fixed(Math.sqrt(squares / (n - 1)));
        return what + " " + Style.fixed(mean) + deviation;
    }

    private String check(Node node) {
        if (!style.values() || !node.differentiable()) {
            return "";
        }
        return switch (subject.verdicts().apply(node.name())) {
            case RIGHT -> "#4e9a06";
            case WRONG -> "#cc0000";
            case UNCHECKED -> "";
        };
    }
}
