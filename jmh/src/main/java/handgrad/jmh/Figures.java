package handgrad.jmh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * What a study found, as it is kept in a JSON file.
 *
 * @param study its name
 * @param facts machine, command, date and whatever else the scores depend on
 * @param notes findings and warnings in words
 * @param scores the table, row by row
 */
public record Figures(String study, Map<String, String> facts, List<String> notes, List<Score> scores) {
    private static final JsonFactory JSON = new JsonFactory();

    /** Writes the file, with its folder. */
    public void write(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        try (var output = Files.newBufferedWriter(file);
                var json = JSON.createGenerator(ObjectWriteContext.empty(), output)) {
            json.writeStartObject();
            json.writeStringProperty("study", study);
            json.writeObjectPropertyStart("facts");
            facts.forEach(json::writeStringProperty);
            json.writeEndObject();
            json.writeArrayPropertyStart("notes");
            notes.forEach(json::writeString);
            json.writeEndArray();
            json.writeArrayPropertyStart("scores");
            for (var score : scores) {
                json.writeRaw('\n');
                json.writeStartObject();
                json.writeStringProperty("row", score.row());
                json.writeStringProperty("column", score.column());
                json.writeNumberProperty("median", score.median());
                json.writeNumberProperty("low", score.low());
                json.writeNumberProperty("high", score.high());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeRaw('\n');
        }
    }

    /** Reads a file that {@link #write} wrote. */
    public static Figures read(Path file) throws IOException {
        try (var json = JSON.createParser(ObjectReadContext.empty(), Files.readString(file))) {
            var study = "";
            var facts = new LinkedHashMap<String, String>();
            var notes = new ArrayList<String>();
            var scores = new ArrayList<Score>();
            json.nextToken();
            while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                var name = json.currentName();
                json.nextToken();
                switch (name) {
                    case "study" -> study = json.getString();
                    case "facts" -> facts.putAll(strings(json));
                    case "notes" -> {
                        while (json.nextToken() != JsonToken.END_ARRAY) {
                            notes.add(json.getString());
                        }
                    }
                    case "scores" -> {
                        while (json.nextToken() != JsonToken.END_ARRAY) {
                            scores.add(score(strings(json)));
                        }
                    }
                    default -> throw new IOException(file + ": unknown property " + name);
                }
            }
            return new Figures(study, facts, notes, scores);
        }
    }

    /** The object that the parser stands at, every value as text. */
    private static Map<String, String> strings(JsonParser json) {
        var values = new LinkedHashMap<String, String>();
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            var name = json.currentName();
            json.nextToken();
            values.put(name, json.getString());
        }
        return values;
    }

    private static Score score(Map<String, String> values) {
        return new Score(
                values.getOrDefault("row", ""),
                values.getOrDefault("column", ""),
                Double.parseDouble(values.getOrDefault("median", "NaN")),
                Double.parseDouble(values.getOrDefault("low", "NaN")),
                Double.parseDouble(values.getOrDefault("high", "NaN")));
    }

    /** The table in Markdown, with the ratio of each row as the study defines it, and the geometric mean of the ratios. */
    String table(Study study) {
        var columns = scores.stream().map(Score::column).distinct().toList();
        var text = new StringBuilder();
        text.append("| ").append(study.unit()).append(" | ").append(String.join(" | ", columns));
        text.append(" | ").append(study.ratioTitle()).append(" |\n");
        text.append("|---|").append("---:|".repeat(columns.size() + 1)).append('\n');
        double logarithms = 0;
        int ratios = 0;
        double worst = Double.POSITIVE_INFINITY;
        for (var row : scores.stream().map(Score::row).distinct().toList()) {
            var cells = new LinkedHashMap<String, Double>();
            scores.stream()
                    .filter(score -> score.row().equals(row))
                    .forEach(score -> cells.put(score.column(), score.median()));
            text.append("| ").append(row).append(" |");
            for (var column : columns) {
                var value = cells.get(column);
                text.append(' ').append(value == null ? "" : number(value)).append(" |");
            }
            double ratio = study.ratio(cells);
            text.append(Double.isNaN(ratio) ? " |\n" : " %.2f |%n".formatted(ratio));
            if (!Double.isNaN(ratio)) {
                logarithms += Math.log(ratio);
                ratios++;
                worst = Math.min(worst, ratio);
            }
        }
        if (ratios > 1) {
            text.append("\n%s: geometric mean %.2f, lowest %.2f.%n"
                    .formatted(study.ratioTitle(), Math.exp(logarithms / ratios), worst));
        }
        return text.toString();
    }

    /** Three digits that count. */
    private static String number(double value) {
        int decimals = Math.clamp(2 - (long) Math.floor(Math.log10(Math.abs(value))), 0, 6);
        return ("%,." + decimals + "f").formatted(value);
    }
}
