package handgrad.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import handgrad.nn.BatchNorm1d;
import handgrad.nn.BatchNormOptions;
import handgrad.nn.Linear;
import handgrad.nn.Sequential;
import handgrad.nn.Tanh;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Tag("composition")
class BatchNormCalibrationTest {
    private final TorchRandom random = TorchRandom.seeded(1);

    /**
     * With momentum 1 the running statistics of one batch are those of the batch: the whole data as a batch is the
     * oracle.
     */
    @ParameterizedTest
    @EnumSource(BatchNormOptions.Running.class)
    void the_statistics_are_those_of_one_batch_of_all_rows(BatchNormOptions.Running running) {
        var options = BatchNormOptions.PYTORCH.withRunning(running).withMomentum(1);
        var first = new BatchNorm1d(6, options);
        var second = new BatchNorm1d(5, options);
        var model = new Sequential(
                new Linear(4, 6, random), first, new Tanh(), new Linear(6, 5, random), second, new Tanh());
        var x = Tensor.randn(random, 2_500, 4);
        var statistics = BatchNormCalibration.calibrate(model, x);
        assertThat(statistics).extracting(BatchNormStatistics::name).containsExactly("1", "4");
        float[] mean = first.runningMean().floats().clone();
        float[] spread = first.runningSpread().floats().clone();
        assertThat(statistics.getFirst().calibratedMean()).isEqualTo(mean);
        assertThat(statistics.getFirst().runningMean()).containsOnly(0);
        assertThat(statistics.getFirst().runningStd()).containsOnly(1);
        model.train(true);
        model.forward(x);
        assertThat(mean).containsExactly(first.runningMean().floats(), within(1e-5f));
        assertThat(spread).containsExactly(first.runningSpread().floats(), within(1e-5f));
    }

    @Test
    void positions_with_statistics_of_their_own_are_calibrated_each() {
        var norm = new BatchNorm1d(3, BatchNormOptions.PYTORCH.withAxes(BatchNormOptions.Axes.FIRST));
        var x = Tensor.randn(random, 300, 2, 3).add(Tensor.of(new float[] {0, 0, 0, 5, 6, 7}, 2, 3));
        var model = new Sequential(norm);
        model.forward(x);
        var statistics = BatchNormCalibration.calibrate(model, x).getFirst();
        assertThat(statistics.calibratedMean()).hasSize(6);
        assertThat(statistics.calibratedMean()[4]).isEqualTo(6, within(0.2f));
        assertThat(statistics.runningMean()[4]).as("a tenth of the way").isEqualTo(0.6f, within(0.02f));
    }

    @Test
    void one_row_has_no_variance() {
        var model = new Sequential(new BatchNorm1d(3));
        assertThatThrownBy(() -> BatchNormCalibration.calibrate(model, Tensor.zeros(1, 3)))
                .hasMessage("calibrate: wants at least 2 rows, x is (1, 3)");
    }
}
