package handgrad.app.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import handgrad.data.Names;
import handgrad.models.LectureModel;
import handgrad.random.TorchRandom;
import handgrad.testing.LectureNames;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Part 1's notebook, makemore_part1_bigrams.ipynb of karpathy/nn-zero-to-hero: what it prints last. */
class BigramTrainingTest {
    @Test
    void the_network_ends_at_the_notebooks_loss_and_names() throws IOException {
        var training = Training.of(
                options(LectureModel.BIGRAM), Names.read(LectureNames.file()).dataset(1));
        assertThat(training.firstLoss()).isCloseTo(3.768619, within(1e-5));
        assertThat(training.lastLoss()).isCloseTo(2.481828451156616, within(1e-5));
        assertThat(names(LectureModel.BIGRAM, training))
                .containsExactly("mor", "axx", "minaymoryles", "kondlaisah", "anchthizarie");
    }

    @Test
    void the_counts_give_the_notebooks_names() throws IOException {
        var training = Training.of(
                options(LectureModel.BIGRAM_COUNTED),
                Names.read(LectureNames.file()).dataset(1));
        assertThat(names(LectureModel.BIGRAM_COUNTED, training))
                .containsExactly("mor", "axx", "minaymoryles", "kondlaisah", "anchshizarie");
    }

    private static List<String> names(LectureModel model, Training training) {
        var draw = model.draw(TorchRandom.seeded(options(model).sampleSeed()));
        var sampler = new Sampler(training.network(), options(model), new SamplingOptions(), draw);
        return Stream.generate(sampler::name).limit(5).toList();
    }

    private static TrainOptions options(LectureModel model) {
        return TrainOptions.lecture(model, TrainOptions.BUNDLED);
    }
}
