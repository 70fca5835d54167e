package handgrad.app.exercise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.app.command.WrongInputException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExerciseTest {
    private static final Pattern ANSWER =
            Pattern.compile("^    (d\\w+) = .*?;( // \\(.*?\\))$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern REFERENCE =
            Pattern.compile("\\n// [^\\n]*\\nvoid reference\\(\\) \\{\\n.*?\\n}\\n", Pattern.DOTALL);

    static List<Exercise> all() {
        return Exercise.all();
    }

    @Test
    void theFirstFourAreTheLectures() {
        assertThat(Exercise.all())
                .hasSize(12)
                .extracting(Exercise::title)
                .startsWith(
                        "Backpropagation through everything",
                        "Cross-entropy in one formula",
                        "Batch normalisation in one formula",
                        "A network trained with your own backward");
    }

    @Test
    void theFirstHasTheTensorsOfTheLectureInItsOrder() {
        assertThat(Exercise.numbered(1).steps())
                .extracting(Exercise.Step::tensor)
                .containsExactly(
                        ("logprobs probs counts_sum_inv counts_sum counts norm_logits logit_maxes logits h W2 b2 "
                                        + "hpreact bngain bnbias bnraw bnvar_inv bnvar bndiff2 bndiff bnmeani hprebn "
                                        + "embcat W1 b1 emb C")
                                .split(" ", -1));
    }

    @ParameterizedTest
    @MethodSource("all")
    void theFileIsTheSolutionWithBlanks(Exercise exercise) {
        assertThat(exercise.skeleton()).isEqualTo(blanked(exercise));
    }

    @ParameterizedTest
    @MethodSource("all")
    void everyBlankHasAHint(Exercise exercise) {
        long blanks = exercise.skeleton()
                .lines()
                .filter(line -> line.contains(" = null; //"))
                .count();
        assertThat(exercise.steps())
                .hasSize((int) blanks)
                .allSatisfy(step -> assertThat(step.hints()).isNotEmpty());
    }

    @Test
    void refusesANumberThatIsNone() {
        assertThatThrownBy(() -> Exercise.numbered(13))
                .isInstanceOf(WrongInputException.class)
                .hasMessage("there is no exercise 13; they are 1 to 12");
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
                + ("    // Replace each null, from the top down. ./handgrad exercise %d checks them, with --hint it "
                                + "helps.\n")
                        .formatted(exercise.number())
                + blanks
                + source.substring(end);
    }
}
