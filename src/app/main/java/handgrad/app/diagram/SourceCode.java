package handgrad.app.diagram;

import handgrad.app.diagram.Diagram.Operation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The lines of code that compute a tensor. */
final class SourceCode {
    private SourceCode() {}

    /** The source of a layer, by the name of its file, or null if there is none of that name. */
    static @Nullable String ofLayers(String file) {
        try (var stream = SourceCode.class.getResourceAsStream("sources/" + file)) {
            return stream == null ? null : new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }

    /**
     * The statements that run the steps of an operation, each with its place; the place alone where there is no source.
     */
    static List<String> of(Operation operation, Function<String, @Nullable String> sources) {
        var statements = new LinkedHashSet<String>();
        for (var step : operation.steps()) {
            var origin = step.origin();
            if (origin != null) {
                var file = Objects.requireNonNullElse(origin.getFileName(), origin.getClassName());
                var source = sources.apply(file);
                statements.add(
                        source == null
                                ? file + ":" + origin.getLineNumber()
                                : statement(file, source.lines().toList(), origin.getLineNumber()));
            }
        }
        return List.copyOf(statements);
    }

    /** The statement around a line: from behind the end of the one before, to its semicolon. */
    private static String statement(String file, List<String> lines, int number) {
        int from = number;
        while (from > 1 && !endsStatement(lines.get(from - 2))) {
            from--;
        }
        int to = number;
        while (to < lines.size() && !endsStatement(lines.get(to - 1))) {
            to++;
        }
        return file + ":" + from + "\n"
                + String.join("\n", lines.subList(from - 1, to)).stripIndent();
    }

    private static boolean endsStatement(String line) {
        var code = line.replaceFirst("//.*", "").strip();
        return code.isEmpty() || code.endsWith(";") || code.endsWith("{") || code.endsWith("}") || code.endsWith("*/");
    }
}
