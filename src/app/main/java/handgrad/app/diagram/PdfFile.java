package handgrad.app.diagram;

import handgrad.app.diagram.Figure.Disc;
import handgrad.app.diagram.Figure.Group;
import handgrad.app.diagram.Figure.Letters;
import handgrad.app.diagram.Figure.Line;
import handgrad.app.diagram.Figure.Point;
import handgrad.app.diagram.Figure.Rectangle;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.font.PDType0Font;
import org.apache.pdfbox.rendering.ImageType;
import org.apache.pdfbox.rendering.PDFRenderer;

/** A sheet as PDF by PDFBox, with the font embedded; and as PNG, which is that PDF rendered. */
final class PdfFile implements AutoCloseable {
    /** The length of an arrow's head, and half its width, for a line of width 1. */
    private static final double HEAD = 5;

    private static final double HALF_HEAD = 1.9;

    /** A circle of four Bézier curves: the distance of the control points for radius 1. */
    private static final double CURVE = 0.5523;

    private final PDDocument document = new PDDocument();

    PdfFile(Sheet sheet) throws IOException {
        document.getDocumentInformation().setTitle(sheet.title());
        var page = new PDPage(new PDRectangle((float) sheet.width(), (float) sheet.height()));
        document.addPage(page);
        var regular = PDType0Font.load(document, Lettering.open(false));
        var bold = PDType0Font.load(document, Lettering.open(true));
        try (var content = new PDPageContentStream(document, page)) {
            var pen = new Pen(content, regular, bold, sheet.height());
            for (var figure : sheet.figures()) {
                pen.draw(figure);
            }
        }
    }

    byte[] pdf() throws IOException {
        var bytes = new ByteArrayOutputStream();
        document.save(bytes);
        return bytes.toByteArray();
    }

    /** The page as an image of this many dots to the inch. */
    byte[] png(int dotsPerInch) throws IOException {
        // Fonts that are subset for the file are embedded when it is saved.
        document.save(new ByteArrayOutputStream());
        BufferedImage image = new PDFRenderer(document).renderImageWithDPI(0, dotsPerInch, ImageType.RGB);
        var bytes = new ByteArrayOutputStream();
        if (!ImageIO.write(image, "png", bytes)) {
            throw new IOException("this JDK writes no PNG");
        }
        return bytes.toByteArray();
    }

    @Override
    public void close() throws IOException {
        document.close();
    }

    /** Draws figures; PDF counts from the lower left corner. */
    private record Pen(PDPageContentStream content, PDFont regular, PDFont bold, double height) {
        void draw(Figure figure) throws IOException {
            switch (figure) {
                case Rectangle r -> {
                    style(r.stroke(), r.line());
                    content.setLineDashPattern(r.dashed() ? new float[] {2.5f, 1.5f} : new float[0], 0);
                    content.addRect((float) r.x(), y(r.y() + r.height()), (float) r.width(), (float) r.height());
                    paint(r.fill());
                    content.setLineDashPattern(new float[0], 0);
                }
                case Line l -> line(l);
                case Disc d -> {
                    style(d.stroke(), 0.4);
                    circle(d);
                    paint(d.fill());
                }
                case Letters t -> {
                    content.setNonStrokingColor(Color.decode(t.color()));
                    content.beginText();
                    content.setFont(t.bold() ? bold : regular, (float) t.size());
                    content.newLineAtOffset((float) t.x(), y(t.y()));
                    content.showText(t.text());
                    content.endText();
                }
                case Group g -> {
                    for (var part : g.parts()) {
                        draw(part);
                    }
                }
            }
        }

        private void style(String stroke, double line) throws IOException {
            content.setStrokingColor(Color.decode(stroke));
            content.setLineWidth((float) line);
        }

        private void paint(String fill) throws IOException {
            if (fill.equals("none")) {
                content.stroke();
            } else {
                content.setNonStrokingColor(Color.decode(fill));
                content.fillAndStroke();
            }
        }

        private void line(Line line) throws IOException {
            style(line.stroke(), line.line());
            path(line.points());
            content.stroke();
            if (line.arrow()) {
                var end = line.points().getLast();
                var before = line.points().get(line.points().size() - 2);
                double length = Math.hypot(end.x() - before.x(), end.y() - before.y());
                double dx = (end.x() - before.x()) / length * line.line();
                double dy = (end.y() - before.y()) / length * line.line();
                path(List.of(
                        end,
                        new Point(end.x() - HEAD * dx - HALF_HEAD * dy, end.y() - HEAD * dy + HALF_HEAD * dx),
                        new Point(end.x() - HEAD * dx + HALF_HEAD * dy, end.y() - HEAD * dy - HALF_HEAD * dx)));
                content.setNonStrokingColor(Color.decode(line.stroke()));
                content.fill();
            }
        }

        private void path(List<Point> points) throws IOException {
            content.moveTo((float) points.getFirst().x(), y(points.getFirst().y()));
            for (var point : points.subList(1, points.size())) {
                content.lineTo((float) point.x(), y(point.y()));
            }
        }

        private void circle(Disc d) throws IOException {
            float x = (float) d.x();
            float middle = y(d.y());
            float r = (float) d.radius();
            float c = (float) (d.radius() * CURVE);
            content.moveTo(x + r, middle);
            content.curveTo(x + r, middle + c, x + c, middle + r, x, middle + r);
            content.curveTo(x - c, middle + r, x - r, middle + c, x - r, middle);
            content.curveTo(x - r, middle - c, x - c, middle - r, x, middle - r);
            content.curveTo(x + c, middle - r, x + r, middle - c, x + r, middle);
        }

        private float y(double fromTop) {
            return (float) (height - fromTop);
        }
    }
}
