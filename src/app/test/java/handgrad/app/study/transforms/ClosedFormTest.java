package handgrad.app.study.transforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The condition numbers and skews, computed with 60 decimal digits elsewhere, from the formulas and from data. */
class ClosedFormTest {
    private static final double SIX_DIGITS = 1e-4; // per cent

    @ParameterizedTest
    @CsvSource({"100, 15, 464758.337776", "0, 15, 225", "0, 1, 1"})
    void conditionOfAMeanAndADeviation(double mean, double deviation, double condition) {
        agrees(new ClosedForm(mean, deviation * deviation), condition);
    }

    @ParameterizedTest
    @CsvSource({
        "0.5, 17.1789818938, 1.75018965507",
        "1, 12.9903853030, 6.18487713863",
        "1.5, 100.860821461, 33.4680467973",
        "2, 3036.61212156, 414.359343300"
    })
    void conditionAndSkewOfALognormalFeature(double sigma, double condition, double skew) {
        agrees(ClosedForm.lognormal(sigma), condition);
        assertThat(ClosedForm.lognormalSkew(sigma)).isCloseTo(skew, withinPercentage(SIX_DIGITS));
    }

    private static void agrees(ClosedForm form, double condition) {
        assertThat(form.condition()).isCloseTo(condition, withinPercentage(SIX_DIGITS));
        var design = Design.of(new double[][] {form.feature()});
        assertThat(design.condition()).isCloseTo(condition, withinPercentage(SIX_DIGITS));
        assertThat(design.largest()).isCloseTo(form.largest(), withinPercentage(SIX_DIGITS));
        assertThat(design.smallest()).isCloseTo(form.smallest(), withinPercentage(SIX_DIGITS));
    }

    @Test
    void correlationLeavesACondition() {
        assertThat(ClosedForm.correlated(0.8)).isCloseTo(9, within(1e-12));
        assertThat(ClosedForm.correlated(-0.5)).isCloseTo(3, within(1e-12));
        // Four rows with means 0, variances 1 and correlation 0.8.
        double a = Math.sqrt(1.8);
        double b = Math.sqrt(0.2);
        double[][] columns = {{a, -a, b, -b}, {a, -a, -b, b}};
        assertThat(FeatureMoments.of(columns[0]).variance()).isCloseTo(1, within(1e-12));
        assertThat(Design.of(columns).condition()).isCloseTo(9, within(1e-9));
        var whitened = Transform.WHITENED.fit(columns).apply(columns);
        assertThat(Design.of(whitened).condition()).isCloseTo(1, within(1e-9));
    }
}
