package handgrad.app.train;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.CommandResult;
import handgrad.models.LectureModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EveryModelTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void each_model_is_trained_saved_sampled_evaluated_and_begun_with(LectureModel model) {
        check(model, "");
    }

    /** More symbols than the lectures have, and other ones. */
    @ParameterizedTest
    @EnumSource
    void each_model_learns_names_of_another_alphabet(LectureModel model) throws IOException {
        var names = Files.writeString(
                folder.resolve("names.txt"),
                "Ελένη\nΓιώργος\nΜαρία\nΝίκος\nΣοφία\nΔημήτρης\nΑθηνά\nΠαναγιώτης\nΧρύσα\nΖωή Ξ\n");
        check(model, "--data " + names + " ");
    }

    private void check(LectureModel model, String data) {
        var run = folder.resolve(model.title()).toString();
        var sizes = switch (model) {
            case BIGRAM_COUNTED -> "";
            case BIGRAM -> "--steps 3 ";
            default -> "--steps 3 --hidden 8 --embedding 4 ";
        };
        var arguments = "train %s %s%s--quiet --out %s".formatted(model.title(), sizes, data, run);
        var trained = CommandResult.of(arguments.split(" "));
        assertThat(trained.err()).isEmpty();
        var samples = CommandResult.of("sample", "--run", run, "-n", "3");
        assertThat(samples.err()).isEmpty();
        assertThat(samples.out().lines()).hasSize(3);
        var evaluated = CommandResult.of("evaluate", "--run", run);
        assertThat(evaluated.err()).isEmpty();
        var losses = "(?m)^(train|dev|test|all) +\\d\\.\\d{4}";
        assertThat(rows(evaluated.out(), losses))
                .hasSize(model.isBigram() ? 1 : 3)
                .isSubsetOf(rows(trained.out(), losses));
        if (!model.isCounted()) {
            var begun = CommandResult.of((arguments.replace("--out ", "--steps 1 --init " + run + " --out ") + "-on")
                    .replaceFirst("--steps 3 ", "")
                    .split(" "));
            assertThat(begun.err()).isEmpty();
        }
    }

    private static List<String> rows(String text, String pattern) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(row -> row.group().replaceAll(" +", " "))
                .toList();
    }
}
