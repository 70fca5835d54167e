package handgrad.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProgressLinesTest {
    private static final long START = Long.MAX_VALUE - 5;

    /** {@link System#nanoTime} may overflow on the way. */
    private static long after(long seconds) {
        return START + TimeUnit.SECONDS.toNanos(seconds);
    }

    @Test
    void thereIsOneLineAMinute() {
        var lines = new ProgressLines("deep", 200_000, START);
        int printed = 0;
        for (int second = 0; second <= 600; second++) {
            printed += lines.line(second, 2, after(second)).isPresent() ? 1 : 0;
        }
        assertThat(printed).isEqualTo(10);
    }

    @Test
    void aLineSaysHowFarItIs() {
        var lines = new ProgressLines("deep", 200_000, START);
        assertThat(lines.line(4_000, 2.5, after(59))).isEmpty();
        assertThat(lines.line(12_800, 2.3449, after(185)))
                .contains("handgrad: deep: 12,800 of 200,000 steps after 3 min, loss 2.345");
        assertThat(lines.line(12_900, 2.3, after(239))).isEmpty();
        assertThat(lines.line(12_950, Double.NaN, after(240)))
                .contains("handgrad: deep: 12,950 of 200,000 steps after 4 min");
    }
}
