package handgrad.page;

import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** A page as the JSON document that {@code page.js} draws. */
final class PageJson {
    private static final JsonFactory FACTORY = new JsonFactory();

    /** Digits of a number in a chart: a pixel shows three. */
    private static final int DIGITS = 5;

    private final JsonGenerator json;

    private PageJson(JsonGenerator json) {
        this.json = json;
    }

    static String of(Page page) {
        var text = new StringWriter();
        try (var generator = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            new PageJson(generator).page(page);
        }
        return text.toString();
    }

    private void page(Page page) {
        json.writeStartObject();
        json.writeStringProperty("title", page.title());
        json.writeStringProperty("status", page.status());
        json.writeBooleanProperty("live", page.live());
        array("sections", page.sections(), section -> {
            json.writeStringProperty("title", section.title());
            array("blocks", section.blocks(), this::block);
        });
        json.writeEndObject();
    }

    private void block(Block block) {
        json.writeStringProperty("kind", block.getClass().getSimpleName().toLowerCase(Locale.ROOT));
        switch (block) {
            case Block.Sentence(var verdict, var text) -> {
                json.writeStringProperty("verdict", verdict.name().toLowerCase(Locale.ROOT));
                json.writeStringProperty("text", text);
            }
            case Block.Table(var caption, var columns, var rows) -> {
                json.writeStringProperty("caption", caption);
                strings("columns", columns);
                json.writeName("rows");
                json.writeStartArray();
                rows.forEach(this::strings);
                json.writeEndArray();
            }
            case Block.Chart(var title, var description, var x, var y, var frames) -> {
                json.writeStringProperty("title", title);
                json.writeStringProperty("description", description);
                axis("x", x);
                axis("y", y);
                array("frames", frames, frame -> {
                    json.writeStringProperty("label", frame.label());
                    array("series", frame.series(), this::series);
                });
            }
            case Block.Image(var title, var description, var rows, var columns, var values, var letters) -> {
                json.writeStringProperty("title", title);
                json.writeStringProperty("description", description);
                json.writeNumberProperty("rows", rows);
                json.writeNumberProperty("columns", columns);
                strings("columnLetters", letters);
                json.writeName("values");
                json.writeStartArray();
                for (float value : values) {
                    number(value);
                }
                json.writeEndArray();
            }
            case Block.LogBars(var title, var description, var bars) -> {
                json.writeStringProperty("title", title);
                json.writeStringProperty("description", description);
                array("bars", bars, bar -> {
                    json.writeStringProperty("label", bar.label());
                    json.writeName("value");
                    number(bar.value());
                    json.writeStringProperty("text", bar.text());
                });
            }
            case Block.Landscape landscape -> landscape(landscape);
            case Block.Words(var words) ->
                array("words", words, word -> {
                    json.writeStringProperty("text", word.text());
                    json.writeStringProperty("mark", word.mark());
                });
            case Block.ShadedText(var title, var description, var parts) -> {
                json.writeStringProperty("title", title);
                json.writeStringProperty("description", description);
                array("parts", parts, part -> {
                    json.writeStringProperty("text", part.text());
                    json.writeName("strength");
                    number(part.strength());
                    json.writeStringProperty("note", part.note());
                });
            }
            case Block.Command(var text) -> json.writeStringProperty("text", text);
        }
    }

    private void axis(String name, Block.Axis axis) {
        json.writeStringProperty(name + "Label", axis.label());
        if (axis.logarithmic()) {
            json.writeBooleanProperty(name + "Logarithmic", true);
        }
        if (!axis.names().isEmpty()) {
            strings(name + "Names", axis.names());
        }
    }

    private void landscape(Block.Landscape landscape) {
        json.writeStringProperty("title", landscape.title());
        json.writeStringProperty("description", landscape.description());
        json.writeStringProperty("xLabel", landscape.xLabel());
        json.writeStringProperty("yLabel", landscape.yLabel());
        numbers("xRange", landscape.xRange().least(), landscape.xRange().greatest());
        numbers("yRange", landscape.yRange().least(), landscape.yRange().greatest());
        json.writeNumberProperty("rows", landscape.rows());
        numbers("heights", landscape.heights());
        array("paths", landscape.paths(), path -> {
            json.writeStringProperty("label", path.label());
            numbers("x", path.x());
            numbers("y", path.y());
        });
    }

    private void series(Block.Series series) {
        json.writeStringProperty("label", series.label());
        json.writeStringProperty("style", series.style().name().toLowerCase(Locale.ROOT));
        numbers("x", series.x());
        numbers("y", series.y());
        strings("letters", series.letters());
    }

    private <T> void array(String name, List<T> elements, Consumer<T> properties) {
        json.writeName(name);
        json.writeStartArray();
        for (var element : elements) {
            json.writeStartObject();
            properties.accept(element);
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void strings(String name, List<String> values) {
        json.writeName(name);
        strings(values);
    }

    private void strings(List<String> values) {
        json.writeStartArray();
        values.forEach(json::writeString);
        json.writeEndArray();
    }

    private void numbers(String name, double... values) {
        json.writeName(name);
        json.writeStartArray();
        for (double value : values) {
            number(value);
        }
        json.writeEndArray();
    }

    /** JSON has no NaN and no infinity: null, which a chart leaves out. Whole numbers, such as steps, stay exact. */
    private void number(double value) {
        if (!Double.isFinite(value)) {
            json.writeNull();
        } else if (value == Math.rint(value) && Math.abs(value) < 1L << 53) {
            json.writeNumber((long) value);
        } else {
            json.writeNumber(
                    new BigDecimal(value).round(new MathContext(DIGITS)).doubleValue());
        }
    }
}
