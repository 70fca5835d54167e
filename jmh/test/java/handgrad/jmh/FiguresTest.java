package handgrad.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FiguresTest {
    @TempDir
    private Path folder;

    @Test
    void areReadAsTheyWereWritten() throws IOException {
        var scores = List.of(Score.of("r", "c", 1, 3, 2), Fixtures.score("r", "d", 5));
        var figures = new Figures("s", Map.of("CPU", "one"), List.of("Noisy: a note"), scores);
        var file = folder.resolve("new/s.json");
        figures.write(file);
        assertThat(Figures.read(file)).isEqualTo(figures);
        assertThat(Files.readString(file)).contains("\"noisy\":true").contains("\"median\":2.0");
    }

    @Test
    void aScoreKnowsHowFarItsProcessesLieApart() {
        var score = Score.of("r", "c", List.of(new double[] {1, 1, 1}, new double[] {2, 2, 2, 9}), 15);
        assertThat(score.median()).isEqualTo(2);
        assertThat(score.high()).isEqualTo(9);
        assertThat(score.spread()).isEqualTo(0.5);
        assertThat(score.allocates()).isFalse();
        assertThat(Score.of("r", "c", List.of(new double[] {1}), 16).allocates())
                .isTrue();
        assertThat(Score.of("r", "c", 1, 2, 5).spread()).isEqualTo(2);
    }
}
