package handgrad.app.exercise;

import handgrad.check.result.Comparison;
import java.io.StringWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** What a file of an exercise has right, as a JSON object in one line. */
final class MarkJson {
    private static final JsonFactory JSON = new JsonFactory();
    /** The points of an exercise that is solved. */
    static final int ALL = 100;

    private MarkJson() {}

    /** Of a file that was checked. */
    static String of(@Nullable String student, Exercise exercise, ExerciseReport report) {
        var check = report.check();
        var text = new StringWriter();
        try (var json = begin(text, student, exercise.name())) {
            int total = exercise.steps().size();
            json.writeNumberProperty("right", check.right());
            json.writeNumberProperty("total", total);
            json.writeNumberProperty(
                    "points", check.solved() ? ALL : Math.min(ALL - 1, ALL * check.right() / Math.max(1, total)));
            json.writeArrayPropertyStart("causes");
            check.comparisons().stream().filter(each -> !each.passed()).forEach(each -> write(json, report, each));
            json.writeEndArray();
            var stop = check.stop();
            if (stop != null) {
                json.writeStringProperty("error", "line %d stops it: %s".formatted(stop.number(), stop.message()));
            }
            json.writeEndObject();
        }
        return text.toString();
    }

    private static void write(JsonGenerator json, ExerciseReport report, Comparison wrong) {
        var cause = Objects.requireNonNull(wrong.cause());
        json.writeStartObject();
        json.writeStringProperty("gradient", "d" + wrong.name());
        json.writeNumberProperty("line", report.line(wrong.name()));
        json.writeStringProperty("cause", cause.explanation());
        json.writeEndObject();
    }

    /** Of a file that could not be checked. */
    static String error(String student, String exercise, int total, String error) {
        var text = new StringWriter();
        try (var json = begin(text, student, exercise)) {
            json.writeNumberProperty("right", 0);
            json.writeNumberProperty("total", total);
            json.writeNumberProperty("points", 0);
            json.writeArrayPropertyStart("causes");
            json.writeEndArray();
            json.writeStringProperty("error", error);
            json.writeEndObject();
        }
        return text.toString();
    }

    private static JsonGenerator begin(StringWriter text, @Nullable String student, String exercise) {
        var json = JSON.createGenerator(ObjectWriteContext.empty(), text);
        json.writeStartObject();
        if (student != null) {
            json.writeStringProperty("student", student);
        }
        json.writeStringProperty("exercise", exercise);
        return json;
    }
}
