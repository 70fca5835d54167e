package handgrad.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.command.ProgressText.State;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProgressLinesTest {
    private static final long START = Long.MAX_VALUE - 5;

    /** {@link System#nanoTime} may overflow on the way. */
    private static long after(long seconds) {
        return START + TimeUnit.SECONDS.toNanos(seconds);
    }

    private static State state(long done, double loss) {
        return new State(0, done, loss, Double.NaN, Double.NaN);
    }

    @Test
    void thereIsOneLineAMinute() {
        var lines = new ProgressLines(new ProgressText("deep", 200_000, START));
        int printed = 0;
        for (int second = 0; second <= 600; second++) {
            printed += lines.line(state(second, 2), after(second)).isPresent() ? 1 : 0;
        }
        assertThat(printed).isEqualTo(10);
    }

    @Test
    void aLineSaysHowFarItIsHowFastAndHowLongItTakes() {
        var lines = new ProgressLines(new ProgressText("deep", 200_000, START));
        assertThat(lines.line(state(4_000, 2.5), after(59))).isEmpty();
        assertThat(lines.line(new State(0, 12_800, 2.3449, 2.3012, 0.1 + 1e-12), after(185)))
                .contains("handgrad: deep: 12,800 of 200,000 steps after 3 min, loss 2.345, dev 2.301, lr 0.1,"
                        + " 69.2 steps/s, 45 min left");
        assertThat(lines.line(state(12_900, 2.3), after(239))).isEmpty();
        assertThat(lines.line(state(12_950, Double.NaN), after(240)))
                .contains("handgrad: deep: 12,950 of 200,000 steps after 4 min, 54.0 steps/s, 57 min left");
    }

    private static State resumed(long done, double loss) {
        return new State(100_000, done, loss, Double.NaN, Double.NaN);
    }

    @Test
    void theSpeedIsOfTheStepsThatWereMadeSinceTheTrainingWasResumed() {
        var text = new ProgressText("deep", 200_000, START);
        assertThat(text.line(resumed(100_000, Double.NaN), after(60)))
                .isEqualTo("deep: 100,000 of 200,000 steps after 1 min");
        assertThat(text.line(resumed(100_010, 2), after(20)))
                .isEqualTo("deep: 100,010 of 200,000 steps after 0 min, loss 2.000, 0.50 steps/s, 55 h 33 min left");
        assertThat(text.line(resumed(199_000, 2), after(90)))
                .isEqualTo("deep: 199,000 of 200,000 steps after 1 min, loss 2.000, 1,100 steps/s, 1 s left");
        assertThat(text.line(resumed(200_000, 2), after(90)))
                .isEqualTo("deep: 200,000 of 200,000 steps after 1 min, loss 2.000, 1,111 steps/s");
    }

    @Test
    void aBarHasTheSameNumbersAndFillsTheLine() {
        var full = new State(0, 100_000, 2.1, 2.2, 0.01);
        assertThat(text().bar(full, after(10), 79, '=', '|'))
                .isEqualTo("mlp-bn |===   | 100,000/200,000 loss 2.100 dev 2.200 lr 0.01 10,000/s 10 s left")
                .hasSize(79);
        assertThat(text().bar(state(0, Double.NaN), START, 40, '=', '|'))
                .isEqualTo("mlp-bn |                     | 0/200,000")
                .hasSize(40);
        assertThat(text().bar(state(200_000, Double.NaN), START, 40, '█', '│'))
                .isEqualTo("mlp-bn │███████████████│ 200,000/200,000");
        assertThat(text().bar(full, after(10), 60, '=', '|'))
                .as("no room for a bar, nor for all of the text")
                .isEqualTo("mlp-bn 100,000/200,000 loss 2.100 dev 2.200 lr 0.01 10,000/s");
        assertThat(new ProgressText("none", 0, START).bar(state(0, 2), START, 79, '=', '|'))
                .startsWith("none |===")
                .endsWith("=| 0/0 loss 2.000");
    }

    private static ProgressText text() {
        return new ProgressText("mlp-bn", 200_000, START);
    }

    @Test
    void aBarDoesNotGrowAgainWhenItsTextGetsShorter() {
        var text = text();
        text.bar(new State(0, 100_000, 2.1, 2.2, 0.01), after(10), 79, '=', '|');
        assertThat(text.bar(new State(0, 100_000, 2.1, Double.NaN, Double.NaN), after(10), 79, '=', '|'))
                .isEqualTo("mlp-bn |===   | 100,000/200,000 loss 2.100 10,000/s 10 s left");
    }
}
