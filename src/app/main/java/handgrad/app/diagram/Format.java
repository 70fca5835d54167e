package handgrad.app.diagram;

import handgrad.app.command.WrongInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** What a drawing is written as, chosen by the end of the file's name. */
enum Format {
    SVG {
        @Override
        byte[] bytes(Drawing drawing) {
            return utf8(SvgFile.of(drawing.sheet()));
        }
    },
    PDF {
        @Override
        byte[] bytes(Drawing drawing) throws IOException {
            try (var pdf = new PdfFile(drawing.sheet())) {
                return pdf.pdf();
            }
        }
    },
    PNG {
        @Override
        byte[] bytes(Drawing drawing) throws IOException {
            try (var pdf = new PdfFile(drawing.sheet())) {
                return pdf.png(DOTS_PER_INCH);
            }
        }
    },
    HTML {
        @Override
        byte[] bytes(Drawing drawing) {
            return utf8(HtmlPage.of(drawing));
        }
    },
    /** Mermaid, a flowchart. */
    MMD {
        @Override
        byte[] bytes(Drawing drawing) {
            return utf8(GraphText.mermaid(drawing.diagram(), drawing.style()));
        }
    },
    DOT {
        @Override
        byte[] bytes(Drawing drawing) {
            return utf8(GraphText.dot(drawing.diagram(), drawing.style()));
        }
    };

    private static final int DOTS_PER_INCH = 150;

    /** Whether it is the sheet that is written, and not its graph alone. */
    boolean isSheet() {
        return this != MMD && this != DOT;
    }

    /** The file's contents. */
    abstract byte[] bytes(Drawing drawing) throws IOException;

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static Format of(Path file) {
        var name = String.valueOf(file.getFileName());
        var end = name.substring(name.lastIndexOf('.') + 1);
        return Arrays.stream(values())
                .filter(format -> format.name().equalsIgnoreCase(end))
                .findFirst()
                .orElseThrow(() -> new WrongInputException(
                        "%s: the name must end in .svg, .pdf, .png, .html, .mmd or .dot".formatted(file)));
    }
}
