package handgrad.app.learn;

import handgrad.app.exercise.Marking.Mark;
import handgrad.app.exercise.Marking.State;
import handgrad.tensor.Tensor;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** What is shown, as {@code learn.js} reads it. */
final class LearnJson {
    private static final JsonFactory FACTORY = new JsonFactory();

    private final JsonGenerator json;

    private LearnJson(JsonGenerator json) {
        this.json = json;
    }

    /** All but the numbers. */
    static String state(Board.Posted posted) {
        return text(json -> json.all(posted));
    }

    /** The numbers of a tensor: its value, the learner's gradient, and which elements of that are wrong. */
    static String tensor(Shown shown, String name) {
        return text(json -> json.numbers(shown, name));
    }

    private static String text(Consumer<LearnJson> content) {
        var text = new StringWriter();
        try (var generator = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            generator.writeStartObject();
            content.accept(new LearnJson(generator));
            generator.writeEndObject();
        }
        return text.toString();
    }

    private void all(Board.Posted posted) {
        var shown = posted.shown();
        var marking = shown.marking();
        json.writeNumberProperty("version", posted.version());
        json.writeStringProperty("name", shown.exercise().name());
        json.writeStringProperty("heading", shown.exercise().heading());
        json.writeStringProperty("file", shown.file().toString());
        json.writeBooleanProperty("checking", shown.checking());
        json.writeStringProperty("problem", shown.problem());
        json.writeStringProperty("findings", marking == null ? "" : marking.findings());
        json.writeStringProperty("printed", shown.printed());
        json.writeStringProperty("current", marking == null || marking.isSearch() ? "" : marking.current());
        json.writeBooleanProperty("solved", shown.isSolved());
        json.writeBooleanProperty("drawn", shown.sheet() != null);
        var next = shown.next();
        json.writeStringProperty("next", next == null ? "" : next.heading());
        json.writeStringProperty(
                "nextFile", next == null ? "" : shown.nextFile(next).toString());
        json.writeName("hints");
        json.writeStartArray();
        shown.shownHints().forEach(json::writeString);
        json.writeEndArray();
        json.writeNumberProperty("allHints", shown.allHints().size());
        json.writeName("marks");
        json.writeStartArray();
        if (marking == null) {
            shown.exercise().steps().forEach(step -> mark(step.tensor(), "d" + step.tensor(), State.BLANK, ""));
        } else {
            marking.marks().forEach(mark -> mark(mark.tensor(), mark.place(), mark.state(), mark.cause()));
        }
        json.writeEndArray();
    }

    private void mark(String tensor, String place, State state, String cause) {
        json.writeStartObject();
        json.writeStringProperty("tensor", tensor);
        json.writeStringProperty("place", place);
        json.writeStringProperty("state", state.name().toLowerCase(Locale.ROOT));
        json.writeStringProperty("cause", cause);
        json.writeEndObject();
    }

    private void numbers(Shown shown, String name) {
        var sheet = shown.sheet();
        var value = sheet == null ? null : sheet.values().get(name);
        var mark = mark(shown, name);
        json.writeStringProperty("name", name);
        json.writeStringProperty(
                "formula", sheet == null ? "" : sheet.formulas().getOrDefault(name, ""));
        if (value != null) {
            var shape = value.shape();
            array("shape", shape.rank(), i -> json.writeNumber(shape.size(i)));
            value(value);
        }
        if (mark != null && mark.state() != State.BLANK) {
            var numbers = mark.numbers();
            List<Double> elements = numbers.elements();
            array(
                    "gradientShape",
                    numbers.shape().size(),
                    i -> json.writeNumber(numbers.shape().get(i)));
            array("gradient", elements.size(), i -> number(elements.get(i)));
            array(
                    "wrong",
                    elements.size(),
                    i -> json.writeBoolean(numbers.wrong().get(i)));
        }
    }

    private void value(Tensor value) {
        array("value", value.shape().elements(), i -> number(value.getFlat(i)));
    }

    private static @Nullable Mark mark(Shown shown, String name) {
        var marking = shown.marking();
        return marking == null
                ? null
                : marking.marks().stream()
                        .filter(mark -> mark.tensor().equals(name))
                        .findFirst()
                        .orElse(null);
    }

    /** JSON has no word for what is no number. */
    private void number(double value) {
        if (Double.isFinite(value)) {
            json.writeNumber(value);
        } else {
            json.writeString(Double.toString(value));
        }
    }

    private void array(String name, int length, IntConsumer element) {
        json.writeName(name);
        json.writeStartArray();
        for (int i = 0; i < length; i++) {
            element.accept(i);
        }
        json.writeEndArray();
    }
}
