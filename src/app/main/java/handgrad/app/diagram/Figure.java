package handgrad.app.diagram;

import java.util.List;
import java.util.Map;

/** A part of a drawing; lengths in points, 1/72 of an inch, from the upper left corner. */
sealed interface Figure {
    /** A rectangle; stroke and fill are colours such as #204a87, or none. */
    record Rectangle(
            double x, double y, double width, double height, String stroke, String fill, double line, boolean dashed)
            implements Figure {}

    /** A line through points. */
    record Line(List<Point> points, String stroke, double line, boolean arrow) implements Figure {}

    /** A disc. */
    record Disc(double x, double y, double radius, String stroke, String fill) implements Figure {}

    /** A line of letters that begins at x, with its baseline at y. */
    record Letters(double x, double y, String text, double size, boolean bold, String color) implements Figure {
        double width() {
            return Lettering.width(text, size, bold);
        }
    }

    /**
     * Figures that are one thing.
     *
     * @param kind what it is: {@code tensor}, {@code operation}, {@code gradient}, {@code band}
     * @param facts what it says, by name, for readers of the file
     */
    record Group(String kind, Map<String, String> facts, List<Figure> parts) implements Figure {}

    /** A point. */
    record Point(double x, double y) {}

    /** The same figure, scaled, then moved. */
    default Figure placed(double scale, double dx, double dy) {
        return switch (this) {
            case Rectangle r ->
                new Rectangle(
                        r.x * scale + dx,
                        r.y * scale + dy,
                        r.width * scale,
                        r.height * scale,
                        r.stroke,
                        r.fill,
                        r.line * scale,
                        r.dashed);
            case Line l ->
                new Line(
                        l.points.stream()
                                .map(point -> new Point(point.x * scale + dx, point.y * scale + dy))
                                .toList(),
                        l.stroke,
                        l.line * scale,
                        l.arrow);
            case Disc d -> new Disc(d.x * scale + dx, d.y * scale + dy, d.radius * scale, d.stroke, d.fill);
            case Letters t -> new Letters(t.x * scale + dx, t.y * scale + dy, t.text, t.size * scale, t.bold, t.color);
            case Group g ->
                new Group(
                        g.kind,
                        g.facts,
                        g.parts.stream().map(part -> part.placed(scale, dx, dy)).toList());
        };
    }
}
