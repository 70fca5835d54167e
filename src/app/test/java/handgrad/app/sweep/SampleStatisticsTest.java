package handgrad.app.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SampleStatisticsTest {
    /** Extra hours of sleep by two drugs: Student, "The probable error of a mean", Biometrika 6 (1908). */
    private static final SampleStatistics FIRST =
            SampleStatistics.of(0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0);

    private static final SampleStatistics SECOND =
            SampleStatistics.of(1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4);

    /** As the manual of R prints t.test(extra ~ group, data = sleep). */
    @Test
    void welchOfStudentsSleep() {
        assertThat(FIRST.mean()).isCloseTo(0.75, within(1e-12));
        assertThat(SECOND.mean()).isCloseTo(2.33, within(1e-12));
        var welch = FIRST.welch(SECOND);
        assertThat(welch.t()).isCloseTo(-1.8608, within(5e-5));
        assertThat(welch.degrees()).isCloseTo(17.776, within(5e-4));
        assertThat(welch.p()).isCloseTo(0.07939, within(5e-6));
        assertThat(SECOND.welch(FIRST).p()).isEqualTo(welch.p());
    }

    /** The two-sided 5 % points of the printed tables of Student's t. */
    @ParameterizedTest
    @CsvSource({"1, 12.706", "2, 4.303", "3, 3.182", "9, 2.262", "30, 2.042", "120, 1.980", "1000000, 1.960"})
    void quantilesOfStudentsT(double degrees, double t) {
        assertThat(SampleStatistics.quantile(degrees)).isCloseTo(t, within(5e-4));
    }

    /** With one degree of freedom T is Cauchy's: P(|T| ≥ 1) = 1/2; with two P(|T| ≥ t) = 1 − t/√(2 + t²). */
    @Test
    void tailsWhereTheyHaveAFormula() {
        assertThat(SampleStatistics.tails(1, 1)).isCloseTo(0.5, within(1e-13));
        assertThat(SampleStatistics.tails(-3, 2)).isCloseTo(1 - 3 / Math.sqrt(11), within(1e-13));
        assertThat(SampleStatistics.tails(0, 7)).isEqualTo(1);
    }

    /** The mean of Student's ten differences is 1.58, with 95 % between 0.70 and 2.46. */
    @Test
    void anIntervalOfTheMean() {
        var differences = SampleStatistics.of(1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4);
        assertThat(differences.mean()).isCloseTo(1.58, within(1e-12));
        assertThat(differences.mean() - differences.halfWidth()).isCloseTo(0.7001142, within(5e-8));
        assertThat(differences.mean() + differences.halfWidth()).isCloseTo(2.4598858, within(5e-8));
    }

    @Test
    void nothingIsSaidOfOneValueOrOfEqualOnes() {
        assertThat(SampleStatistics.of(2).halfWidth()).isNaN();
        assertThat(SampleStatistics.of(2).welch(FIRST).p()).isNaN();
        assertThat(SampleStatistics.of(2, 2).welch(SampleStatistics.of(3, 3)).p())
                .isNaN();
        assertThat(SampleStatistics.of(2, 2).welch(FIRST).p()).isBetween(0.0, 1.0);
    }

    /** Four tests: 4 · 0.01, 3 · 0.02, 2 · 0.03, and no less than the one before. */
    @Test
    void holmsCorrection() {
        assertThat(SampleStatistics.holm(0.01, 0.02, 0.03, 0.04))
                .containsExactly(new double[] {0.04, 0.06, 0.06, 0.06}, within(1e-15));
        assertThat(SampleStatistics.holm(0.005, 0.5, 0.9)).containsExactly(new double[] {0.015, 1, 1}, within(1e-15));
        assertThat(SampleStatistics.holm()).isEmpty();
    }
}
