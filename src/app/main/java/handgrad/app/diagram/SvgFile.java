package handgrad.app.diagram;

import handgrad.app.diagram.Figure.Disc;
import handgrad.app.diagram.Figure.Group;
import handgrad.app.diagram.Figure.Letters;
import handgrad.app.diagram.Figure.Line;
import handgrad.app.diagram.Figure.Point;
import handgrad.app.diagram.Figure.Rectangle;
import java.util.Locale;
import java.util.stream.Collectors;

/** A sheet as SVG 1.1. Groups carry what they say in data attributes. */
final class SvgFile {
    private static final double MILLIMETRES = 25.4 / 72;

    private SvgFile() {}

    static String of(Sheet sheet) {
        var svg = new StringBuilder();
        svg.append(String.format(
                Locale.ROOT,
                """
                <svg xmlns="http://www.w3.org/2000/svg" width="%.2fmm" height="%.2fmm" viewBox="0 0 %.2f %.2f" \
                font-family="'DejaVu Sans Condensed', 'DejaVu Sans', sans-serif">
                <title>%s</title>
                <defs><marker id="arrow" viewBox="0 0 6 6" refX="5.4" refY="3" markerWidth="5" markerHeight="5" \
                orient="auto"><path d="M0 0.6L6 3L0 5.4z"/></marker></defs>
                <rect width="100%%" height="100%%" fill="#ffffff"/>
                """,
                sheet.width() * MILLIMETRES,
                sheet.height() * MILLIMETRES,
                sheet.width(),
                sheet.height(),
                escape(sheet.title())));
        sheet.figures().forEach(figure -> write(figure, svg));
        return svg.append("</svg>\n").toString();
    }

    private static void write(Figure figure, StringBuilder svg) {
        switch (figure) {
            case Rectangle r ->
                svg.append(String.format(
                        Locale.ROOT,
                        "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" stroke=\"%s\" fill=\"%s\""
                                + " stroke-width=\"%.2f\"%s/>%n",
                        r.x(),
                        r.y(),
                        r.width(),
                        r.height(),
                        r.stroke(),
                        r.fill(),
                        r.line(),
                        r.dashed() ? " stroke-dasharray=\"2.5 1.5\"" : ""));
            case Line l ->
                svg.append(String.format(
                        Locale.ROOT,
                        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%.2f\"%s/>%n",
                        l.points().stream().map(SvgFile::text).collect(Collectors.joining(" ")),
                        l.stroke(),
                        l.line(),
                        l.arrow() ? " marker-end=\"url(#arrow)\"" : ""));
            case Disc d ->
                svg.append(String.format(
                        Locale.ROOT,
                        "<circle cx=\"%.2f\" cy=\"%.2f\" r=\"%.2f\" stroke=\"%s\" stroke-width=\"0.4\" fill=\"%s\"/>%n",
                        d.x(),
                        d.y(),
                        d.radius(),
                        d.stroke(),
                        d.fill()));
            case Letters t ->
                svg.append(String.format(
                        Locale.ROOT,
                        "<text x=\"%.2f\" y=\"%.2f\" font-size=\"%.2f\" textLength=\"%.2f\""
                                + " lengthAdjust=\"spacingAndGlyphs\" fill=\"%s\"%s>%s</text>%n",
                        t.x(),
                        t.y(),
                        t.size(),
                        t.width(),
                        t.color(),
                        t.bold() ? " font-weight=\"bold\"" : "",
                        escape(t.text())));
            case Group g -> {
                svg.append("<g class=\"").append(g.kind()).append('"');
                g.facts()
                        .forEach((name, fact) -> svg.append(" data-")
                                .append(name)
                                .append("=\"")
                                .append(escape(fact))
                                .append('"'));
                svg.append(">\n");
                g.parts().forEach(part -> write(part, svg));
                svg.append("</g>\n");
            }
        }
    }

    private static String text(Point point) {
        return String.format(Locale.ROOT, "%.2f,%.2f", point.x(), point.y());
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
