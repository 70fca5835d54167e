package handgrad.app.diagram;

import handgrad.app.diagram.Diagram.Node;
import handgrad.app.diagram.Diagram.Operation;
import handgrad.app.diagram.Diagram.Use;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A diagram as text for other programs: a flowchart of Mermaid, a graph of Graphviz. Tensors and operations are nodes.
 */
final class GraphText {
    private GraphText() {}

    static String mermaid(Diagram diagram, Style style) {
        var text = new StringBuilder("---\ntitle: \"")
                .append(quoted(diagram.title()))
                .append("\"\n---\nflowchart TD\n");
        for (var node : diagram.nodes()) {
            text.append("  %s[\"%s<br/>%s\"]%n".formatted(id(node), quoted(node.name()), node.shape()));
        }
        for (var operation : diagram.operations()) {
            text.append("  %s([\"%s\"])%n".formatted(id(operation), quoted(text(operation, style, "<br/>"))));
            for (var use : operation.uses()) {
                var label = label(use, style);
                text.append("  %s -->%s %s%n"
                        .formatted(
                                id(use.input()), label.isEmpty() ? "" : "|\"" + quoted(label) + "\"|", id(operation)));
            }
            text.append("  %s --> %s%n".formatted(id(operation), id(operation.output())));
        }
        return text.toString();
    }

    static String dot(Diagram diagram, Style style) {
        var text = new StringBuilder("digraph {\n  label=\"%s\"; labelloc=t; fontname=sans; node [fontname=sans];%n"
                .formatted(escaped(diagram.title())));
        text.append("  edge [fontname=sans, fontsize=10];\n");
        for (var node : diagram.nodes()) {
            text.append("  %s [shape=box, style=filled, fillcolor=\"%s\", label=\"%s\\n%s\"];%n"
                    .formatted(id(node), Style.fill(node.kind()), escaped(node.name()), node.shape()));
        }
        for (var operation : diagram.operations()) {
            text.append("  %s [shape=plaintext, label=\"%s\"];%n"
                    .formatted(id(operation), escaped(text(operation, style, "\n"))));
            for (var use : operation.uses()) {
                text.append("  %s -> %s [label=\"%s\"];%n"
                        .formatted(id(use.input()), id(operation), escaped(label(use, style))));
            }
            text.append("  %s -> %s;%n".formatted(id(operation), id(operation.output())));
        }
        return text.append("}\n").toString();
    }

    /** The formula, and within a closed layer the gradients of its parameters. */
    private static String text(Operation operation, Style style, String lineEnd) {
        return Stream.concat(
                        Stream.of(operation.formula()),
                        operation.inside().stream()
                                .map(use -> label(use, style))
                                .filter(label -> !label.isEmpty()))
                .collect(Collectors.joining(lineEnd));
    }

    private static String label(Use use, Style style) {
        return switch (style.backward()) {
            case NONE -> "";
            case BLANK -> use.gradient().isEmpty() ? "" : "d" + use.input().name() + " = ?";
            case FORMULAS, ANSWERS -> use.gradient();
        };
    }

    private static String id(Node node) {
        return "t" + node.value().number();
    }

    private static String id(Operation operation) {
        return "o" + operation.output().value().number();
    }

    private static String quoted(String text) {
        return text.replace("\"", "#quot;");
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
