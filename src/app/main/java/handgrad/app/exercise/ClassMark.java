package handgrad.app.exercise;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * What a student's file of an exercise has right, as {@link MarkJson} writes it.
 *
 * @param exercise its name; empty where a whole folder could not be read
 * @param error why it could not be marked, or not wholly; empty if it could
 */
record ClassMark(
        String student, String exercise, int right, int total, int points, List<CauseOfError> causes, String error) {
    private static final JsonFactory JSON = new JsonFactory();

    /** Why a gradient is wrong, and the number of its line, 0 if there is none. */
    record CauseOfError(String gradient, int line, String cause) {}

    /** Reads it. */
    static ClassMark of(String json) {
        var student = "";
        var exercise = "";
        var error = "";
        int right = 0;
        int total = 0;
        int points = 0;
        var causes = new ArrayList<CauseOfError>();
        try (var parser = JSON.createParser(ObjectReadContext.empty(), json)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                var name = parser.currentName();
                parser.nextToken();
                switch (name) {
                    case "student" -> student = parser.getString();
                    case "exercise" -> exercise = parser.getString();
                    case "error" -> error = parser.getString();
                    case "right" -> right = parser.getIntValue();
                    case "total" -> total = parser.getIntValue();
                    case "points" -> points = parser.getIntValue();
                    case "causes" -> {
                        while (parser.nextToken() == JsonToken.START_OBJECT) {
                            causes.add(cause(parser));
                        }
                    }
                    default -> parser.skipChildren();
                }
            }
        }
        return new ClassMark(student, exercise, right, total, points, causes, error);
    }

    private static CauseOfError cause(JsonParser parser) {
        var gradient = "";
        var cause = "";
        int line = 0;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            var name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "gradient" -> gradient = parser.getString();
                case "line" -> line = parser.getIntValue();
                case "cause" -> cause = parser.getString();
                default -> parser.skipChildren();
            }
        }
        return new CauseOfError(gradient, line, cause);
    }

    boolean isSolved() {
        return points == MarkJson.ALL && error.isEmpty();
    }

    /** A line for people: {@code bob, exercise 5: 7 of 8 right, 87 points}. */
    String line() {
        var where = exercise.isEmpty() ? student : student + ", exercise " + exercise;
        return total == 0 || !error.isEmpty()
                ? where + ": " + error
                : "%s: %d of %d right, %d points".formatted(where, right, total, points);
    }
}
