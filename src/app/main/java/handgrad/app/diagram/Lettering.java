package handgrad.app.diagram;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.fontbox.ttf.TTFParser;
import org.apache.fontbox.ttf.TrueTypeFont;
import org.apache.pdfbox.io.RandomAccessReadBuffer;

/**
 * The font of all drawings, DejaVu Sans Condensed, which has the signs of the formulas: its widths are known before
 * anything is drawn, so that the layout is the same in every format and on every machine.
 */
final class Lettering {
    private static final String FOLDER = "net/sf/jasperreports/fonts/dejavu/";
    private static final TrueTypeFont REGULAR = parse(false);
    private static final TrueTypeFont BOLD = parse(true);

    private Lettering() {}

    private static TrueTypeFont parse(boolean bold) {
        try (var stream = open(bold)) {
            return new TTFParser().parse(new RandomAccessReadBuffer(stream));
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }

    /** The file of the font. */
    static InputStream open(boolean bold) {
        var name = FOLDER + (bold ? "DejaVuSansCondensed-Bold.ttf" : "DejaVuSansCondensed.ttf");
        return Objects.requireNonNull(ClassLoader.getSystemResourceAsStream(name), name);
    }

    /** The width of a line in points. */
    static double width(String text, double size, boolean bold) {
        var font = bold ? BOLD : REGULAR;
        try {
            var glyphs = font.getUnicodeCmapLookup();
            double width = 0;
            for (int codePoint : text.codePoints().toArray()) {
                width += font.getAdvanceWidth(glyphs.getGlyphId(codePoint));
            }
            return width * size / font.getUnitsPerEm();
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }

    /** Whether the font has every sign of a text. */
    static boolean hasAll(String text) {
        try {
            var glyphs = REGULAR.getUnicodeCmapLookup();
            return text.codePoints().allMatch(codePoint -> glyphs.getGlyphId(codePoint) != 0);
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }

    /** A text in lines of at most this width where it can be cut: at spaces and before a product's sign. */
    static List<String> wrap(String text, double size, double width) {
        var lines = new ArrayList<String>();
        var line = new StringBuilder();
        for (var piece : text.split("(?<=[ ,])|(?=[∘·])", -1)) {
            if (!line.isEmpty() && width(line + piece.stripTrailing(), size, false) > width) {
                lines.add(line.toString().strip());
                line.setLength(0);
            }
            line.append(piece);
        }
        lines.add(line.toString().strip());
        return lines;
    }
}
