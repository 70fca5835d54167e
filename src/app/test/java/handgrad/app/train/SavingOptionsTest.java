package handgrad.app.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.app.command.WrongInputException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class SavingOptionsTest {
    @Test
    void saves_every_minute_and_keeps_two_unless_asked() {
        assertThat(saving().interval()).isEqualTo(new CheckpointInterval.Time(60_000_000_000L));
        assertThat(saving().keep()).isEqualTo(2);
        assertThat(new SavingOptions().interval()).isEqualTo(saving().interval());
        assertThat(new SavingOptions().keep()).isEqualTo(2);
        saving().check();
    }

    @Test
    void steps_are_due_when_so_many_are_done_whatever_the_time() {
        var every = saving("--checkpoint-every", "500").interval();
        assertThat(every.isDue(500, 0)).isTrue();
        assertThat(every.isDue(1000, 0)).isTrue();
        assertThat(every.isDue(499, Long.MAX_VALUE)).isFalse();
        assertThat(saving("--checkpoint-every", "0001").interval().isDue(7, 0)).isTrue();
    }

    @Test
    void a_time_is_due_when_it_has_passed_at_any_step() {
        var every = saving("--checkpoint-every", "2s").interval();
        assertThat(every.isDue(1, 2_000_000_000L)).isTrue();
        assertThat(every.isDue(2, 1_999_999_999L)).isFalse();
        assertThat(saving("--checkpoint-every", "5m").interval())
                .isEqualTo(new CheckpointInterval.Time(TimeUnit.MINUTES.toNanos(5)));
        assertThat(saving("--checkpoint-every", "99999h").interval())
                .isEqualTo(new CheckpointInterval.Time(TimeUnit.HOURS.toNanos(99_999)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "0", "-1", "0s", "10x", "1e9s", "1.5m", "s", " 5", "5 s", "1000000000", "100000s", "5ms", "٣"
            })
    void refuses_what_is_neither(String value) {
        assertThatThrownBy(saving("--checkpoint-every", value)::check)
                .isInstanceOf(WrongInputException.class)
                .hasMessage("--checkpoint-every must be a number of steps from 1 to 999,999,999, such as 500, or a time"
                        + " up to 99,999h, such as 60s, 5m or 1h; it is '" + value + "'");
    }

    @ParameterizedTest
    @CsvSource({"0", "-1"})
    void refuses_to_keep_none(String value) {
        assertThatThrownBy(saving("--keep", value)::check)
                .isInstanceOf(WrongInputException.class)
                .hasMessage("--keep must be at least 1, it is " + value);
    }

    private static SavingOptions saving(String... arguments) {
        var saving = new SavingOptions();
        new CommandLine(CommandLine.Model.CommandSpec.create()
                        .addMixin("saving", CommandLine.Model.CommandSpec.forAnnotatedObject(saving)))
                .parseArgs(arguments);
        return saving;
    }
}
