package handgrad.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ScheduleTest {
    @Test
    void a_rise_ends_at_the_maximum_and_a_fall_at_the_minimum() {
        for (var schedule : new Schedule[] {
            Schedule.warmup(100).cosine(1e-3, 1e-4, 2_000), Schedule.warmup(100).linear(1e-3, 1e-4, 2_000)
        }) {
            assertThat(schedule.at(0)).isCloseTo(1e-5, within(1e-18));
            assertThat(schedule.at(99)).isEqualTo(1e-3);
            assertThat(schedule.at(100)).isCloseTo(1e-3, within(1e-18));
            assertThat(schedule.at(1_050)).isCloseTo(5.5e-4, within(1e-18));
            assertThat(schedule.at(2_000)).isCloseTo(1e-4, within(1e-18));
            assertThat(schedule.at(5_000)).isEqualTo(schedule.at(2_000));
        }
        assertThat(Schedule.warmup(0).cosine(1, 0, 3).at(1)).isCloseTo(0.75, within(1e-15));
        assertThat(Schedule.constant(0.1).at(7)).isEqualTo(0.1);
    }

    @Test
    void what_has_no_sense_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Schedule.warmup(-1))
                .withMessage("Warmup: the number of steps must be at least 0, it is -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Schedule.warmup(5).linear(1, 0, 5))
                .withMessage("Schedule: the total must be more than the 5 steps of the rise, it is 5");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Schedule.warmup(5).cosine(1, 2, 9))
                .withMessage("Schedule: the rates must be finite, max more than 0 and min from 0 to max; they are 1.0"
                        + " and 2.0");
    }
}
