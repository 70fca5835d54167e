package handgrad.app.diagram;

import static handgrad.app.diagram.SvgFile.escape;

import handgrad.app.diagram.Diagram.Node;
import java.util.stream.Collectors;

/** A sheet as one HTML file that needs nothing else: a click on a tensor shows what is known of it. */
final class HtmlPage {
    private static final String STYLE = """
            <style>
            body { margin: 0; display: flex; height: 100vh; font-family: sans-serif; font-size: 14px; }
            main { flex: 1; overflow: auto; }
            main svg { width: 100%; height: auto; }
            aside { width: 30em; overflow: auto; border-left: 1px solid #9a9a9a; padding: 0 1em; }
            pre { white-space: pre-wrap; background: #f4f4f4; padding: 0.5em; }
            g.tensor { cursor: pointer; }
            @media (max-width: 50em) {
                body { flex-direction: column; height: auto; }
                aside { width: auto; border-left: none; border-top: 1px solid #9a9a9a; }
            }
            @media (prefers-color-scheme: dark) {
                body { background: #14171b; color: #e6e9ed; }
                pre { background: #1d2126; }
            }
            g.tensor.chosen rect { stroke: #c4a000; stroke-width: 3; }
            </style>
            </head>
            <body>
            <main>
            """;
    private static final String END = """
            </aside>
            <script>
            const tensors = document.querySelectorAll("g.tensor");
            function choose(name) {
                for (const tensor of tensors) {
                    tensor.classList.toggle("chosen", tensor.dataset.name === name);
                }
                for (const section of document.querySelectorAll("aside section")) {
                    section.hidden = section.dataset.of !== name;
                }
            }
            for (const tensor of tensors) {
                tensor.addEventListener("click", () => choose(tensor.dataset.name));
            }
            choose(document.querySelector("aside section").dataset.of);
            </script>
            </body>
            </html>
            """;

    private HtmlPage() {}

    static String of(Drawing drawing) {
        var diagram = drawing.diagram();
        var html = new StringBuilder("""
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width">
                """);
        html.append("<title>")
                .append(escape(diagram.title()))
                .append("</title>\n")
                .append(STYLE);
        html.append(SvgFile.of(drawing.sheet()));
        html.append("</main>\n<aside>\n<p>Click a tensor to see its numbers.</p>\n");
        diagram.nodes().forEach(node -> section(drawing, node, html));
        return html.append(END).toString();
    }

    private static void section(Drawing drawing, Node node, StringBuilder html) {
        html.append(
                "<section data-of=\"%s\" hidden>%n<h2>%s</h2>%n".formatted(escape(node.name()), escape(node.name())));
        var operation = drawing.diagram().operations().stream()
                .filter(each -> each.output().equals(node))
                .findFirst();
        operation.ifPresent(each -> part("Formula", node.name() + " = " + each.formula(), html));
        if (node.differentiable() && drawing.style().backward() != Style.Backward.BLANK) {
            part(
                    "Formula of the gradient",
                    drawing.diagram().operations().stream()
                            .flatMap(each -> each.uses().stream())
                            .filter(use -> use.input().equals(node))
                            .map(use -> use.gradient())
                            .collect(Collectors.joining("\n")),
                    html);
        }
        if (drawing.style().backward() != Style.Backward.BLANK) {
            operation.ifPresent(each -> part(
                    "Formulas of the gradients of the layer's parameters",
                    each.inside().stream().map(use -> use.gradient()).collect(Collectors.joining("\n")),
                    html));
        }
        operation.ifPresent(each -> part(
                "Code",
                String.join("\n\n", SourceCode.of(each, drawing.subject().sources())),
                html));
        part("Value", node.value().content().toString(), html);
        var gradient = node.differentiable() ? drawing.subject().gradients().apply(node.name()) : null;
        if (gradient != null) {
            part("Gradient", gradient.toString(), html);
        }
        html.append("</section>\n");
    }

    private static void part(String caption, String text, StringBuilder html) {
        if (!text.isBlank()) {
            html.append("<h3>%s</h3>%n<pre>%s</pre>%n".formatted(caption, escape(text)));
        }
    }
}
