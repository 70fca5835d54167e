package handgrad.app.exercise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import handgrad.app.command.WrongInputException;
import handgrad.check.result.Comparison;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExerciseTest {
    private static final Pattern ANSWER =
            Pattern.compile("^    (d\\w+) = .*?;( // \\(.*?\\))$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern REFERENCE = Pattern.compile(
            "\\n// [^\\n]*\\n(?:void reference\\(\\)|Map<String, Tensor> mistakes\\(String blank\\)) \\{\\n.*?\\n}\\n",
            Pattern.DOTALL);

    private static final Map<String, ExerciseReference> REFERENCES = new HashMap<>();

    @AfterAll
    static void forget() {
        REFERENCES.clear();
    }

    private static ExerciseReference reference(Exercise exercise) {
        return REFERENCES.computeIfAbsent(exercise.name(), _ -> new ExerciseReference(exercise));
    }

    static List<Exercise> all() {
        return Exercise.all();
    }

    static List<Exercise> withBlanks() {
        return Exercise.all().stream().filter(exercise -> !exercise.isFault()).toList();
    }

    static List<Exercise> faults() {
        return Exercise.all().stream().filter(Exercise::isFault).toList();
    }

    @Test
    void theFirstFourAreTheLectures() {
        assertThat(Stream.of("1", "2", "3", "4").map(Exercise::named))
                .extracting(Exercise::title)
                .containsExactly(
                        "Backpropagation through everything",
                        "Cross-entropy in one formula",
                        "Batch normalisation in one formula",
                        "A network trained with your own backward");
    }

    @Test
    void theFirstHasTheTensorsOfTheLectureInItsOrder() {
        assertThat(Exercise.named("1").steps())
                .extracting(Exercise.Step::tensor)
                .containsExactly(
                        ("logprobs probs counts_sum_inv counts_sum counts norm_logits logit_maxes logits h W2 b2 "
                                        + "hpreact bngain bnbias bnraw bnvar_inv bnvar bndiff2 bndiff bnmeani hprebn "
                                        + "embcat W1 b1 emb C")
                                .split(" ", -1));
    }

    @ParameterizedTest
    @MethodSource("withBlanks")
    void theFileIsTheSolutionWithBlanks(Exercise exercise) {
        assertThat(exercise.skeleton()).isEqualTo(blanked(exercise));
    }

    @ParameterizedTest
    @MethodSource("all")
    void central_differences_agree_with_the_solution(Exercise exercise) {
        var reference = reference(exercise);
        for (var step : exercise.steps()) {
            assertThat(reference.compareSolution(step.tensor()))
                    .as(step.tensor())
                    .extracting(Comparison::exact, Comparison::approximate, Comparison::passed)
                    .containsExactly(true, true, true);
        }
    }

    /** That there is one at all means that every operation on the way to the loss has an explanation. */
    @ParameterizedTest
    @MethodSource("all")
    void the_sums_of_a_derivation_are_the_gradient_and_it_fits_a_terminal(Exercise exercise) {
        var reference = reference(exercise);
        var derivation = reference.derivation();
        var gradients = exercise.steps().stream()
                .map(Exercise.Step::tensor)
                .filter(reference::isGradient)
                .toList();
        assertThat(derivation.tensors()).containsAll(gradients);
        for (var name : gradients) {
            var expected = reference.gradient(name);
            var sums = derivation.gradient(name).orElseThrow();
            assertThat(sums.shape()).isEqualTo(expected.shape());
            double largest = expected.abs().reshape(-1).max(0, false).item();
            for (int i = 0; i < expected.shape().elements(); i++) {
                assertThat(sums.getFlat(i))
                        .as("d%s, element %d", name, i)
                        .isCloseTo(expected.getFlat(i), within(1e-12 * largest + 1e-15));
            }
        }
        for (var tensor : derivation.tensors()) {
            var text = derivation.text(tensor, null, _ -> true).orElseThrow();
            assertThat(text.lines())
                    .allSatisfy(line ->
                            assertThat(line).hasSizeLessThanOrEqualTo(80).doesNotContain("null"));
        }
    }

    @Tag("long")
    @ParameterizedTest
    @MethodSource("all")
    void tensors_that_no_blank_asks_for_have_the_gradient_of_central_differences(Exercise exercise) {
        var reference = reference(exercise);
        var derivation = reference.derivation();
        var asked = exercise.steps().stream().map(Exercise.Step::tensor).toList();
        for (var tensor : derivation.tensors()) {
            if (!asked.contains(tensor)) {
                var sums = derivation.gradient(tensor).orElseThrow();
                assertThat(reference.compare(tensor, sums).passed()).as(tensor).isTrue();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("withBlanks")
    void everyBlankHasAHint(Exercise exercise) {
        long blanks = exercise.skeleton()
                .lines()
                .filter(line -> line.contains(" = null; //"))
                .count();
        assertThat(exercise.steps())
                .hasSize((int) blanks)
                .allSatisfy(step -> assertThat(step.hints()).isNotEmpty());
    }

    /** And so is its name, which the learner is to give. */
    @ParameterizedTest
    @MethodSource("faults")
    void one_line_of_a_fault_is_not_that_of_the_solution(Exercise fault) {
        var given = fault.skeleton().lines().toList();
        var right = code(fault.solution());
        assertThat(given).hasSameSizeAs(right);
        var others = IntStream.range(0, given.size())
                .filter(i -> !given.get(i).equals(right.get(i)))
                .mapToObj(right::get)
                .toList();
        assertThat(others).hasSize(2);
        var named = others.getFirst().replaceAll("^final String faulty = \"(d\\w+)\";.*", "$1");
        assertThat(others.getLast()).startsWith("    " + named + " = ");
        assertThat(fault.step(named).hints()).hasSizeGreaterThan(1);
    }

    /** Without the derivations. */
    private static List<String> code(String solution) {
        int start = solution.indexOf("void backward() {");
        int end = solution.indexOf("\n}\n", start);
        var body = solution.substring(start, end).lines().filter(line -> !line.isEmpty() && !line.startsWith("    //"));
        return (solution.substring(0, start) + body.collect(Collectors.joining("\n")) + solution.substring(end))
                .lines()
                .toList();
    }

    @Test
    void refusesANameThatIsNone() {
        assertThatThrownBy(() -> Exercise.named("rung-0"))
                .isInstanceOf(WrongInputException.class)
                .hasMessage("there is no exercise rung-0; ./handgrad exercise lists them");
    }

    @Test
    void the_path_has_every_file_once_and_what_an_exercise_needs_before_it() throws IOException {
        var names = new ArrayList<String>();
        for (var exercise : Exercise.all()) {
            assertThat(names).containsAll(exercise.needs()).doesNotContain(exercise.name());
            assertThat(exercise.difficulty()).isBetween(1, 5);
            assertThat(exercise.minutes()).isBetween(1, 240);
            names.add(exercise.name());
        }
        var files = Exercise.all().stream().map(Exercise::fileName).toList();
        for (var folder : List.of("../../examples/exercises", "../../examples/exercises/solutions")) {
            try (var found = Files.list(Path.of(folder))) {
                assertThat(found.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".java")))
                        .containsExactlyInAnyOrderElementsOf(files);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void the_heading_says_the_name(Exercise exercise) {
        var kind = exercise.name().matches("\\d+") ? "exercise-" + exercise.name() : exercise.name();
        assertThat(exercise.heading().toLowerCase(Locale.ROOT)).startsWith(kind.replace('-', ' ') + ". ");
        assertThat(Exercise.named(kind)).isEqualTo(exercise);
    }

    private static String blanked(Exercise exercise) {
        var source = REFERENCE.matcher(exercise.solution()).replaceAll("");
        int start = source.indexOf("void backward() {\n") + "void backward() {\n".length();
        int end = source.indexOf("\n}\n", start) + 1;
        var blanks = ANSWER.matcher(source.substring(start, end))
                .results()
                .map(answer -> "    " + answer.group(1) + " = null;" + answer.group(2) + "\n")
                .collect(Collectors.joining());
        return source.substring(0, start)
                + ("    // Replace each null, from the top down. ./handgrad exercise %s checks them, with --hint it "
                                + "helps.\n")
                        .formatted(exercise.name())
                + blanks
                + source.substring(end);
    }
}
