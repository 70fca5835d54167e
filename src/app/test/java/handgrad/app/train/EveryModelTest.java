package handgrad.app.train;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.CommandResult;
import handgrad.models.LectureModel;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EveryModelTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void each_model_is_trained_saved_and_sampled(LectureModel model) {
        var run = folder.resolve(model.title()).toString();
        var sizes = switch (model) {
            case BIGRAM_COUNTED -> "";
            case BIGRAM -> "--steps 3 ";
            default -> "--steps 3 --hidden 8 --embedding 4 ";
        };
        var arguments = "train %s %s--quiet --out %s".formatted(model.title(), sizes, run);
        assertThat(CommandResult.of(arguments.split(" ")).err()).isEmpty();
        var samples = CommandResult.of("sample", "--run", run, "-n", "3");
        assertThat(samples.err()).isEmpty();
        assertThat(samples.out().lines()).hasSize(3);
    }
}
