package handgrad.app.study.puzzle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class IntervalTest {
    /** Its ends are where the share that was seen is z standard deviations away. */
    @Test
    void itsEndsSolveWilsonsEquation() {
        var interval = Interval.of(64, 2000);
        for (double end : new double[] {interval.low(), interval.high()}) {
            double z = (0.032 - end) / Math.sqrt(end * (1 - end) / 2000);
            assertThat(Math.abs(z)).isCloseTo(1.959963984540054, within(1e-9));
        }
        assertThat(interval.contains(0.032)).isTrue();
        assertThat(interval.contains(0.05)).isFalse();
    }

    @Test
    void allOrNothingHasAnIntervalToo() {
        assertThat(Interval.of(0, 100).low()).isZero();
        assertThat(Interval.of(0, 100).high()).isCloseTo(0.0370, within(5e-5));
        assertThat(Interval.of(100, 100))
                .isEqualTo(new Interval(1 - Interval.of(0, 100).high(), 1));
    }

    @Test
    void thereMustBeATrial() {
        assertThatThrownBy(() -> Interval.of(0, 0)).hasMessage("Interval: 0 of 0 trials");
    }
}
