package handgrad.app.study.transforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MeasurementTest {
    private static final Observations.Split SPLIT = Observations.demo(500, 42).split(42);

    @ParameterizedTest
    @EnumSource
    void predictedAndFoundAgree(Transform transform) {
        var row = Measurement.of(transform, SPLIT, 1_000_000);
        // A step is whole, so a few steps are known to one only.
        assertThat((double) row.steps())
                .isCloseTo((double) row.predictedSteps(), within(Math.max(1, 0.05 * row.predictedSteps())));
        assertThat(row.stepsFromZero()).isBetween(1L, row.steps());
        assertThat(row.largestStepFound()).isCloseTo(row.largestStep(), withinPercentage(0.01));
        assertThat(Arrays.stream(row.before()).sum()).isCloseTo(1, within(1e-9));
        assertThat(Arrays.stream(row.after()).sum()).isCloseTo(1, within(1e-9));
    }

    @Test
    void linearTransformsChangeTheConditionAndNothingElse() {
        var raw = Measurement.of(Transform.RAW, SPLIT, 1_000_000);
        for (var transform : new Transform[] {Transform.CENTRED, Transform.STANDARDISED, Transform.BATCH_NORM}) {
            var row = Measurement.of(transform, SPLIT, 1_000_000);
            assertThat(row.condition()).isLessThan(raw.condition());
            assertThat(row.r2()).isCloseTo(raw.r2(), within(1e-9));
            assertThat(row.largestLeverage()).isCloseTo(raw.largestLeverage(), within(1e-9));
            assertThat(row.residualSkew()).isCloseTo(raw.residualSkew(), within(1e-9));
            assertThat(row.skews()).containsExactly(raw.skews(), within(1e-9));
        }
        var log = Measurement.of(Transform.LOG_STANDARDISED, SPLIT, 1_000_000);
        assertThat(log.r2()).isGreaterThan(raw.r2() + 0.1);
        assertThat(log.largestLeverage()).isLessThan(raw.largestLeverage() / 2);
    }

    @Test
    void givesUpAtItsLimit() {
        var row = Measurement.of(Transform.RAW, SPLIT, 5);
        assertThat(row.steps()).isEqualTo(-1);
        assertThat(row.stepsFromZero()).isEqualTo(-1);
        assertThat(row.curve()).hasSize(6);
    }

    @Test
    void batchNormAndItsParametersLearnTheSamePredictions() {
        var model = BatchNormModel.of(SPLIT.train(), 10_000);
        assertThat(model.steps()).isBetween(1L, 10_000L);
        assertThat(model.largestStep()).isBetween(0.01, 2.0);
    }

    /** Least squares on the raw feature would divide by a singular value of 0. */
    @Test
    void batchNormHasAStepSizeWhereFloat64CannotTellAFeatureFromAConstant() {
        double[] y = IntStream.range(0, 40).mapToDouble(i -> i % 11).toArray();
        double[] x = IntStream.range(0, 40).mapToDouble(i -> 1e15 + i % 7).toArray();
        var data = new Observations("", "y", List.of("x"), new double[][] {x}, y, List.of());
        assertThat(BatchNormModel.of(data, 100).largestStep()).isBetween(0.1, 10.0);
    }
}
