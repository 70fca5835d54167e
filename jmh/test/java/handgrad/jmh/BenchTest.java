package handgrad.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class BenchTest {
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    private int run(String... arguments) throws Exception {
        var before = System.err;
        System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
        try {
            return Bench.run(List.of(arguments));
        } finally {
            System.setErr(before);
        }
    }

    @Test
    void refusesAnUnknownStudyAndAnUnknownOption() throws Exception {
        assertThat(run("storage", "wavelets")).isEqualTo(2);
        assertThat(run("--fast")).isEqualTo(2);
        assertThat(errors.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "bench: unknown study wavelets; there are: " + Studies.names(),
                        "bench: unknown option --fast; there are: --full, --report, --list, --help");
    }

    @Test
    void theLauncherRefusesByTheSameLists() throws Exception {
        assertThat(Files.readAllLines(Path.of("../handgrad")))
                .contains("options='" + Bench.OPTIONS + "'", "studies='" + Studies.names() + "'");
    }

    @Test
    void refusesWhatAListOrAReportWouldLeaveUndone() throws Exception {
        assertThat(run("--list", "storage")).isEqualTo(2);
        assertThat(run("--full", "--report")).isEqualTo(2);
        assertThat(errors.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        "bench: --list measures nothing, leave the other arguments out",
                        "bench: --report measures nothing, leave the other arguments out");
    }

    @Test
    void saysWhatCastsDoubtOnFigures() {
        var apart = Score.of("r", "c", List.of(new double[] {1}, new double[] {2}), 0);
        assertThat(Bench.noise(0.05, 100, List.of(apart, Fixtures.score("r", "d", 1))))
                .containsExactly(
                        "Noisy: the hypervisor took 5 % of the time.",
                        "Noisy: other work kept 100.00 processors busy meanwhile.",
                        "Noisy: 1 figures differ between processes, or samples of one, by more than 20 %, "
                                + "most r, c: by 67 %.");
        assertThat(Bench.noise(0, 0, List.of(Fixtures.score("r", "d", 1)))).isEmpty();
    }
}
