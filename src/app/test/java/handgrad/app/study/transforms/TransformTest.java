package handgrad.app.study.transforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TransformTest {
    private static final Observations.Split SPLIT = Observations.demo(500, 7).split(7);
    private static final double[][] TRAIN = SPLIT.train().columns();

    /**
     * What is fitted on the training rows is applied to others as it is: a row alone gives what it gives among others.
     */
    @ParameterizedTest
    @EnumSource
    void treatsEachRowAlike(Transform transform) {
        var fitted = transform.fit(TRAIN);
        var test = SPLIT.test().columns();
        var all = fitted.apply(test);
        var one = fitted.apply(new double[][] {{test[0][3]}, {test[1][3]}});
        assertThat(one[0][0]).isCloseTo(all[0][3], within(1e-12));
        assertThat(one[1][0]).isCloseTo(all[1][3], within(1e-12));
    }

    @Test
    void standardisingAndWhiteningFixMeanAndVariance() {
        for (var transform : new Transform[] {Transform.STANDARDISED, Transform.LOG_STANDARDISED, Transform.WHITENED}) {
            for (var column : transform.fit(TRAIN).apply(TRAIN)) {
                assertThat(FeatureMoments.of(column).mean()).isCloseTo(0, within(1e-12));
                assertThat(FeatureMoments.of(column).variance()).isCloseTo(1, within(1e-12));
            }
        }
        var centred = Transform.CENTRED.fit(TRAIN).apply(TRAIN);
        assertThat(FeatureMoments.of(centred[0]).mean()).isCloseTo(0, within(1e-12));
        assertThat(FeatureMoments.of(centred[0]).variance())
                .isCloseTo(FeatureMoments.of(TRAIN[0]).variance(), within(1e-9));
    }

    @Test
    void whiteningLeavesNoCorrelation() {
        var z = Transform.WHITENED.fit(TRAIN).apply(TRAIN);
        double sum = 0;
        for (int i = 0; i < z[0].length; i++) {
            sum += z[0][i] * z[1][i];
        }
        assertThat(sum / z[0].length).isCloseTo(0, within(1e-12));
    }

    @Test
    void batchNormStandardisesButForItsEpsilon() {
        var fitted = Transform.BATCH_NORM.fit(TRAIN);
        var z = fitted.apply(TRAIN)[0];
        double variance = FeatureMoments.of(TRAIN[0]).variance();
        assertThat(FeatureMoments.of(z).mean()).isCloseTo(0, within(1e-12));
        assertThat(FeatureMoments.of(z).variance()).isCloseTo(variance / (variance + 1e-5), within(1e-12));
    }

    @Test
    void theLogarithmOfALognormalFeatureIsNotSkewed() {
        assertThat(FeatureMoments.of(TRAIN[0]).skew()).isGreaterThan(2);
        assertThat(FeatureMoments.of(Transform.LOG.fit(TRAIN).apply(TRAIN)[0]).skew())
                .isCloseTo(0, within(0.3));
    }
}
