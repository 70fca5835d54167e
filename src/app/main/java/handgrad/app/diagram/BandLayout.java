package handgrad.app.diagram;

import handgrad.app.diagram.Diagram.Node;
import handgrad.app.diagram.Diagram.Operation;
import handgrad.app.diagram.Diagram.Use;
import handgrad.app.diagram.Figure.Group;
import handgrad.app.diagram.Figure.Letters;
import handgrad.app.diagram.Figure.Line;
import handgrad.app.diagram.Figure.Point;
import handgrad.app.diagram.Figure.Rectangle;
import handgrad.app.diagram.Style.Backward;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.elk.alg.layered.options.LayeredOptions;
import org.eclipse.elk.alg.layered.options.OrderingStrategy;
import org.eclipse.elk.core.RecursiveGraphLayoutEngine;
import org.eclipse.elk.core.math.ElkPadding;
import org.eclipse.elk.core.options.CoreOptions;
import org.eclipse.elk.core.options.Direction;
import org.eclipse.elk.core.options.EdgeLabelPlacement;
import org.eclipse.elk.core.options.EdgeRouting;
import org.eclipse.elk.core.options.PortConstraints;
import org.eclipse.elk.core.options.PortSide;
import org.eclipse.elk.core.util.BasicProgressMonitor;
import org.eclipse.elk.graph.ElkBendPoint;
import org.eclipse.elk.graph.ElkEdge;
import org.eclipse.elk.graph.ElkNode;
import org.eclipse.elk.graph.ElkPort;
import org.eclipse.elk.graph.util.ElkGraphUtil;

/**
 * A band, laid out from top to bottom by ELK's layered algorithm. Tensors are nodes and so are operations, with their
 * formula as text; the gradients are labels of the edges between. A tensor of an earlier band is drawn again, dashed.
 */
final class BandLayout {
    private static final double PADDING = 4;
    private static final double WIDEST_FORMULA = 170;

    /** From a layer's name to the gradients of its parameters. */
    private static final double BETWEEN = 2;

    private final Band band;
    private final Function<Node, TensorBox> boxes;
    private final Style style;
    private final Sizes sizes;
    private final ElkNode root = ElkGraphUtil.createGraph();
    private final Map<Node, Placed> placed = new LinkedHashMap<>();
    private final Map<Operation, ElkNode> operations = new LinkedHashMap<>();
    private final Map<ElkEdge, GradientLabel> labels = new LinkedHashMap<>();
    private final Map<Operation, List<GradientLabel>> inside = new LinkedHashMap<>();

    /** A tensor and its place in ELK's graph. */
    private record Placed(TensorBox box, ElkNode node, ElkPort in, ElkPort out) {}

    /**
     * Lays a band out.
     *
     * @param boxes how each of its tensors is drawn
     */
    BandLayout(Band band, Function<Node, TensorBox> boxes, Style style, Sizes sizes) {
        this.band = band;
        this.boxes = boxes;
        this.style = style;
        this.sizes = sizes;
        root.setProperty(CoreOptions.ALGORITHM, LayeredOptions.ALGORITHM_ID);
        root.setProperty(LayeredOptions.DIRECTION, Direction.DOWN);
        root.setProperty(LayeredOptions.EDGE_ROUTING, EdgeRouting.ORTHOGONAL);
        root.setProperty(LayeredOptions.CONSIDER_MODEL_ORDER_STRATEGY, OrderingStrategy.PREFER_EDGES);
        root.setProperty(LayeredOptions.SPACING_NODE_NODE, 6.0);
        root.setProperty(LayeredOptions.SPACING_EDGE_NODE, 4.0);
        root.setProperty(LayeredOptions.SPACING_EDGE_EDGE, 5.0);
        root.setProperty(LayeredOptions.SPACING_NODE_NODE_BETWEEN_LAYERS, 5.0);
        root.setProperty(LayeredOptions.SPACING_EDGE_NODE_BETWEEN_LAYERS, 3.0);
        root.setProperty(LayeredOptions.SPACING_EDGE_EDGE_BETWEEN_LAYERS, 4.0);
        root.setProperty(LayeredOptions.SPACING_EDGE_LABEL, 3.0);
        root.setProperty(LayeredOptions.PADDING, new ElkPadding(captionHeight() + PADDING, PADDING, PADDING, PADDING));
        band.operations().forEach(this::add);
        new RecursiveGraphLayoutEngine().layout(root, new BasicProgressMonitor());
    }

    private static double captionHeight() {
        return Style.CAPTION * 1.3;
    }

    private void add(Operation operation) {
        var node = ElkGraphUtil.createNode(root);
        var lines = lines(operation);
        var gradients = operation.inside().stream()
                .filter(this::showsGradient)
                .map(use -> new GradientLabel(use, operation.output(), style.backward(), sizes))
                .toList();
        double widest = Stream.concat(
                        lines.stream().map(line -> Lettering.width(line, Style.SMALL, false)),
                        gradients.stream().map(GradientLabel::width))
                .max(Double::compare)
                .orElseThrow();
        double height = lines.size() * Style.SMALL * Style.LEADING
                + gradients.stream()
                        .mapToDouble(label -> BETWEEN + label.height())
                        .sum();
        double inset = inset(operation);
        node.setDimensions(widest + 4 + 2 * inset, height + 2 + 2 * inset);
        operations.put(operation, node);
        inside.put(operation, gradients);
        for (var use : operation.uses()) {
            var edge = ElkGraphUtil.createSimpleEdge(place(use.input()).out, node);
            if (showsGradient(use)) {
                var label = new GradientLabel(use, operation.output(), style.backward(), sizes);
                var place = ElkGraphUtil.createLabel(use.gradient(), edge);
                place.setDimensions(label.width(), label.height());
                place.setProperty(LayeredOptions.EDGE_LABELS_PLACEMENT, EdgeLabelPlacement.CENTER);
                labels.put(edge, label);
            }
        }
        ElkGraphUtil.createSimpleEdge(node, place(operation.output()).in);
    }

    private boolean showsGradient(Use use) {
        return style.backward() != Backward.NONE && !use.gradient().isEmpty();
    }

    /** A closed layer is a box, with room around its name. */
    private static double inset(Operation operation) {
        return operation.isLayer() ? 5 : 0;
    }

    private static List<String> lines(Operation operation) {
        return Lettering.wrap(operation.formula(), Style.SMALL, WIDEST_FORMULA);
    }

    private Placed place(Node tensor) {
        return placed.computeIfAbsent(tensor, each -> {
            var box = boxes.apply(each);
            var node = ElkGraphUtil.createNode(root);
            node.setDimensions(box.width(), box.height());
            node.setProperty(LayeredOptions.PORT_CONSTRAINTS, PortConstraints.FIXED_POS);
            return new Placed(
                    box,
                    node,
                    port(node, box.port(), 0, PortSide.NORTH),
                    port(node, box.port(), box.height(), PortSide.SOUTH));
        });
    }

    private static ElkPort port(ElkNode node, double x, double y, PortSide side) {
        var port = ElkGraphUtil.createPort(node);
        port.setLocation(x, y);
        port.setProperty(LayeredOptions.PORT_SIDE, side);
        return port;
    }

    double width() {
        return Math.max(root.getWidth(), Lettering.width(band.caption(), Style.CAPTION, true) + 2 * PADDING);
    }

    double height() {
        return root.getHeight();
    }

    /** The figures, in a frame whose upper left corner is the origin. */
    Group draw() {
        var parts = new ArrayList<Figure>();
        parts.add(new Rectangle(0, 0, width(), height(), Style.FRAME, "none", 0.6, false));
        parts.add(new Letters(PADDING, Style.CAPTION * 1.15, band.caption(), Style.CAPTION, true, Style.INK));
        root.getContainedEdges().forEach(edge -> parts.add(arrow(edge)));
        operations.forEach((operation, node) -> parts.add(formula(operation, node)));
        labels.forEach((edge, label) -> {
            var place = edge.getLabels().getFirst();
            parts.add(label.draw(place.getX(), place.getY()));
        });
        placed.values().forEach(each -> parts.add(each.box.draw().placed(1, each.node.getX(), each.node.getY())));
        return new Group("band", Map.of("caption", band.caption()), parts);
    }

    private Group formula(Operation operation, ElkNode node) {
        var parts = new ArrayList<Figure>();
        if (operation.isLayer()) {
            parts.add(new Rectangle(
                    node.getX(), node.getY(), node.getWidth(), node.getHeight(), Style.FORWARD, "#ffffff", 1, false));
        }
        var lines = lines(operation);
        for (int i = 0; i < lines.size(); i++) {
            double width = Lettering.width(lines.get(i), Style.SMALL, false);
            parts.add(new Letters(
                    node.getX() + (node.getWidth() - width) / 2,
                    node.getY() + inset(operation) + Style.SMALL + i * Style.SMALL * Style.LEADING,
                    lines.get(i),
                    Style.SMALL,
                    false,
                    Style.FORWARD));
        }
        double y = node.getY() + inset(operation) + lines.size() * Style.SMALL * Style.LEADING;
        for (var label : Objects.requireNonNull(inside.get(operation))) {
            parts.add(label.draw(node.getX() + inset(operation), y + BETWEEN));
            y += BETWEEN + label.height();
        }
        var facts = new LinkedHashMap<String, String>();
        facts.put("output", operation.output().name());
        facts.put("formula", operation.formula());
        facts.put(
                "inputs",
                operation.uses().stream().map(use -> use.input().name()).collect(Collectors.joining(" ")));
        return new Group(operation.isLayer() ? "layer" : "operation", facts, parts);
    }

    /** An edge, drawn on to the box where text beside it is higher than the box. */
    private Line arrow(ElkEdge edge) {
        var points = new ArrayList<Point>();
        var section = edge.getSections().getFirst();
        var from = placed.values().stream()
                .filter(each -> edge.getSources().contains(each.out))
                .findFirst();
        from.ifPresent(each ->
                points.add(new Point(each.node.getX() + each.box.port(), each.node.getY() + each.box.bottom())));
        points.add(new Point(section.getStartX(), section.getStartY()));
        for (ElkBendPoint bend : section.getBendPoints()) {
            points.add(new Point(bend.getX(), bend.getY()));
        }
        points.add(new Point(section.getEndX(), section.getEndY()));
        var to = placed.values().stream()
                .filter(each -> edge.getTargets().contains(each.in))
                .findFirst();
        to.ifPresent(
                each -> points.add(new Point(each.node.getX() + each.box.port(), each.node.getY() + each.box.entry())));
        return new Line(withoutRepeats(points), Style.INK, 0.7, true);
    }

    /** A step of no length would turn the head of the arrow. */
    private static List<Point> withoutRepeats(List<Point> points) {
        var kept = new ArrayList<Point>();
        for (var point : points) {
            if (kept.isEmpty()
                    || Math.hypot(
                                    point.x() - kept.getLast().x(),
                                    point.y() - kept.getLast().y())
                            > 1e-3) {
                kept.add(point);
            }
        }
        return kept;
    }
}
