package handgrad.app.exercise;

import handgrad.app.program.SourceProgram;
import handgrad.check.result.Comparison;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Mistakes of one exercise, planted in its solution. They are compiled together, each as a backward of its own, which
 * takes a fraction of the time.
 */
final class PlantedMistakes {
    private static final String BACKWARD = "void backward() {\n";
    private static final String END = "\n}\n";

    private final Exercise exercise;
    private final ExerciseReference reference;
    private final List<WrongGradient> mistakes;
    private final Path file;
    private final SourceProgram program;

    PlantedMistakes(Exercise exercise, List<WrongGradient> mistakes, Path folder) throws Exception {
        this.exercise = exercise;
        this.reference = new ExerciseReference(exercise);
        this.mistakes = mistakes;
        this.file = folder.resolve(exercise.fileName());
        Files.writeString(file, source());
        this.program = SourceProgram.compile(file);
    }

    private String source() {
        var solution = exercise.solution();
        var source = new StringBuilder(solution.replace(BACKWARD, "void right() {\n"));
        var choice = new StringBuilder("\nstatic int planted;\n\n" + BACKWARD + "    switch (planted) {\n");
        for (int i = 0; i < mistakes.size(); i++) {
            var planted = mistakes.get(i).planted(solution);
            int start = planted.indexOf(BACKWARD) + BACKWARD.length();
            if (!planted.substring(0, start).equals(solution.substring(0, start))) {
                throw new IllegalArgumentException("a mistake stands in backward: " + mistakes.get(i));
            }
            var body = planted.substring(start, planted.indexOf(END, start) + END.length());
            source.append("\nvoid mistake").append(i).append("() {\n").append(body);
            choice.append("        case %d -> mistake%d();\n".formatted(i, i));
        }
        return source.append(choice)
                .append("        default -> right();\n    }\n}\n")
                .toString();
    }

    /** The first gradient that is wrong with this mistake; empty if none is found. */
    Optional<Comparison> check(WrongGradient mistake) throws ReflectiveOperationException {
        var planted = program.mainClass().getDeclaredField("planted");
        planted.setAccessible(true);
        planted.set(null, mistakes.indexOf(mistake));
        return ExerciseCheck.of(exercise, file, program, reference).firstWrong();
    }
}
