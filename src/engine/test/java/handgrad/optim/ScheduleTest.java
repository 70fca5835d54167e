package handgrad.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("no-kernel")
class ScheduleTest {
    @Test
    void steps_change_at_their_steps() {
        var schedule = Schedule.steps(0.1).then(100, 0.01).then(150, 0.001);
        assertThat(schedule.at(0)).isEqualTo(0.1);
        assertThat(schedule.at(99)).isEqualTo(0.1);
        assertThat(schedule.at(100)).isEqualTo(0.01);
        assertThat(schedule.at(1_000)).isEqualTo(0.001);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> schedule.then(150, 0.1))
                .withMessage("Schedule: step 150 does not come after step 150");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Schedule.steps(0))
                .withMessage("Schedule: the learning rate must be more than 0 and finite, it is 0.0");
    }

    /** The numbers of nanoGPT's recipe for a laptop. */
    @Test
    void a_cosine_after_a_start() {
        var schedule = Schedule.warmup(100).cosine(1e-3, 1e-4, 2_000);
        assertThat(schedule.at(0)).isEqualTo(1e-3 / 101);
        assertThat(schedule.at(99)).isEqualTo(1e-3 * 100 / 101);
        assertThat(schedule.at(100)).isEqualTo(1e-3);
        assertThat(schedule.at(1_050)).isEqualTo(5.5e-4, within(1e-18));
        assertThat(schedule.at(2_000)).isEqualTo(1e-4);
        assertThat(schedule.at(9_000)).isEqualTo(1e-4);
    }

    @Test
    void lines_and_constants() {
        var line = Schedule.linear(1, 0, 4);
        assertThat(new double[] {line.at(0), line.at(1), line.at(4), line.at(5)})
                .containsExactly(1, 0.75, 0, 0);
        assertThat(Schedule.warmup(3).constant(1).at(1)).isEqualTo(0.5);
        assertThat(Schedule.constant(0.3).at(7)).isEqualTo(0.3);
        assertThat(Schedule.cosine(2, 0, 2).at(1)).isEqualTo(1, within(1e-15));
    }

    /** What PyTorch's OneCycleLR(max_lr=0.1, total_steps=20) gives. */
    @Test
    void one_cycle_is_that_of_pytorch() {
        double[] expected = {
            0.0040000000000000036,
            0.013167184270002533,
            0.037167184270002526,
            0.06683281572999747,
            0.09083281572999748,
            0.1,
            0.09874640062350874,
            0.09504846320134738,
            0.089091617757105,
            0.0811745653949763,
            0.07169430017913009,
            0.06112620219362893,
            0.0500002,
            0.03887419780637107,
            0.028306099820869922,
            0.0188258346050237,
            0.010908782242895003,
            0.004951936798652629,
            0.0012539993764912555,
            4e-07
        };
        var schedule = Schedule.oneCycle(0.1, 20);
        for (int step = 0; step < expected.length; step++) {
            assertThat(schedule.at(step)).as("step %d", step).isEqualTo(expected[step], within(1e-15));
        }
        assertThat(schedule.at(20)).isEqualTo(0.1 / 250_000, within(1e-18));
    }

    @Test
    void what_has_no_sense_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Schedule.warmup(-1))
                .withMessage("Schedule: a start has at least 0 steps, not -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Schedule.warmup(5).linear(0.1, 0, 5))
                .withMessage("Schedule: the end must come after the 5 steps of the start, it is 5");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Schedule.cosine(0.1, 0.2, 5))
                .withMessage("Schedule: the lowest rate must be from 0 to the highest, 0.1, it is 0.2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Schedule.oneCycle(0.1, 1))
                .withMessage("Schedule: one cycle wants at least 2 steps, they are 1");
    }
}
