package handgrad.app.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.app.CommandResult;
import handgrad.app.command.WrongInputException;
import handgrad.data.Names;
import handgrad.models.LectureModel;
import handgrad.nn.Collective;
import handgrad.tensor.Backend;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingMemoryTest {
    private static final long GIBIBYTE = 1 << 30;

    private static TrainOptions options(LectureModel model, int batchSize, int hidden) {
        return new TrainOptions(model, 1, batchSize, 0.1, 1, hidden, 10, 3, TrainOptions.BUNDLED);
    }

    @Test
    void isSaidBeforeTheFirstStep(@TempDir Path folder) {
        var out = CommandResult.of("train", "mlp", "--hidden", "200", "--steps", "1", "--out", "" + folder.resolve("a"))
                .out();
        assertThat(out).containsPattern("(?m)^memory   47 KiB weights, 47 KiB gradients, \\d+ KiB batch$");
        out = CommandResult.of("train", "wavenet-gated", "--steps", "1", "--out", "" + folder.resolve("b"))
                .out();
        assertThat(out)
                .containsPattern(
                        "(?m)^memory   \\d+ KiB weights, \\d+ KiB gradients, \\d+ KiB optimiser," + " \\S+ MiB batch$");
    }

    @Test
    void growsWithTheBatchAndCoversTheEvaluation() {
        var few = TrainingMemory.of(options(LectureModel.MLP, 32, 2_000), Names.bundled());
        var many = TrainingMemory.of(options(LectureModel.MLP, 1_024, 2_000), Names.bundled());
        // Two layers of 2,000 units in FLOAT32, in 992 rows more.
        assertThat(few.evaluation()).isGreaterThan(992L * 2 * 2_000 * 4);
        assertThat(many.evaluation()).isZero();
        assertThat(many.training().buffers()).isGreaterThan(30 * few.training().buffers());
        assertThat(few.data()).isEqualTo(Names.bundled().dataset(1).size() * 4L * 4);
    }

    @Test
    void shardsKeepGradientsForEachModelAndForTheSumsThatWait() {
        int threads = Backend.threads();
        try {
            var memory = TrainingMemory.of(options(LectureModel.MLP, 32, 200), Names.bundled());
            long gradients = memory.training().gradients();
            Backend.setThreads(2);
            assertThat(memory.inShards(Sharding.of(0), Collective.single())).isEqualTo(memory);
            assertThat(memory.inShards(Sharding.of(2), Collective.single())
                            .training()
                            .gradients())
                    .isEqualTo(2 * gradients);
            assertThat(memory.inShards(Sharding.of(16), Collective.single())
                            .training()
                            .gradients())
                    .isEqualTo((2 + 4) * gradients);
            assertThat(memory.inShards(Sharding.of(16), Collective.threads(8).getFirst())
                            .training()
                            .gradients())
                    .isEqualTo(2 * gradients);
        } finally {
            Backend.setThreads(threads);
        }
    }

    @Test
    void refusesWhatCannotFitAndSaysWhatToDo() {
        var options = options(LectureModel.MLP_BN, 20_000, 20_000);
        var memory = TrainingMemory.of(options, Names.bundled());
        memory.requireFits(options, 100 * GIBIBYTE);
        assertThatThrownBy(() -> memory.requireFits(options, 2 * GIBIBYTE))
                .isInstanceOf(WrongInputException.class)
                .hasMessageMatching("mlp-bn with --batch-size 20000, --hidden 20000, --embedding 10 and --block-size 3"
                        + " needs 1\\d GiB, and Java may use 2\\.0 GiB here: make one of them smaller,"
                        + " or give more memory, as in \\./handgrad -Xmx\\d\\dg train \\.\\.\\.");
        var bigram = TrainOptions.lecture(LectureModel.BIGRAM, TrainOptions.BUNDLED);
        assertThatThrownBy(() -> TrainingMemory.of(bigram, Names.bundled()).requireFits(bigram, 1 << 20))
                .hasMessageMatching("bigram needs \\d+ MiB, and Java may use 1\\.0 MiB here: take fewer names, or .*");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "999, 999 B",
        "1000, 1.0 KiB",
        "10100, 9.9 KiB",
        "10239, 10 KiB",
        "1022976, 999 KiB",
        "1048576, 1.0 MiB",
        "1300000000000, 1.2 TiB"
    })
    void writesBytesInAShortForm(long bytes, String text) {
        assertThat(TrainingMemory.bytes(bytes)).isEqualTo(text);
    }
}
