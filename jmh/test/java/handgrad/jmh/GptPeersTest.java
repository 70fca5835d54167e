package handgrad.jmh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import handgrad.jmh.gpt.GptPeer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class GptPeersTest {
    private static final Offset<Double> CLOSE = Offset.offset(1e-12);

    @Test
    void aTimeCountsOnlyBesideTheSameLosses() {
        var ours = List.of(4.0, 3.0);
        GptPeers.requireLosses("c on nanogpt", 2, ours, List.of(4.003, 2.998));
        assertThatExceptionOfType(StudyException.class)
                .isThrownBy(() -> GptPeers.requireLosses("c on nanogpt", 2, ours, List.of(4.0, 3.004)))
                .withMessage(
                        "c on nanogpt: the loss of step 1 is 3.004000, handgrad's is 3.000000; it computes something"
                                + " else");
        assertThatExceptionOfType(StudyException.class)
                .isThrownBy(() -> GptPeers.requireLosses("c on nanogpt", 2, ours, List.of(4.0, Double.NaN)));
        assertThatExceptionOfType(StudyException.class)
                .isThrownBy(() -> GptPeers.requireLosses("c on nanogpt", 2, ours, List.of(4.0)))
                .withMessage("c on nanogpt: printed 1 losses, not 2");
    }

    @Test
    void twoProcessesTakeForAStepWhatTheirSpeedsAddUpTo() {
        assertThat(GptPeers.together(new double[] {10, 10}, new double[] {10, 30, 5}))
                .containsExactly(new double[] {5, 7.5}, CLOSE);
    }

    @Test
    void handgradIsTheFirstPeer() {
        assertThat(GptPeer.all()).first().extracting(GptPeer::title).isEqualTo(GptStudy.OWN);
    }

    @Test
    void aProgramBeginsWhenItIsTold() throws IOException {
        var script = "echo loss 1; echo ready; read line; echo \"step 2$line\"";
        try (var program = new WaitingProgram(new ProcessBuilder("sh", "-c", script), "script")) {
            program.awaitReady();
            program.go();
            var lines = program.rest();
            assertThat(Programs.numbers(lines, "loss")).containsExactly(1.0);
            assertThat(Programs.numbers(lines, "step")).containsExactly(2.0);
        }
    }

    @Test
    void aProgramThatFailsSaysWhatItSaid() throws IOException {
        try (var program = new WaitingProgram(new ProcessBuilder("sh", "-c", "echo no memory; exit 3"), "script")) {
            assertThatExceptionOfType(StudyException.class)
                    .isThrownBy(program::awaitReady)
                    .withMessage("script ended with 3:\nno memory");
        }
        try (var program = new WaitingProgram(new ProcessBuilder("true"), "script")) {
            assertThatExceptionOfType(StudyException.class)
                    .isThrownBy(program::awaitReady)
                    .withMessage("script ended before it was ready");
        }
        assertThat(Programs.isThere("sh", "-c", "exit 1")).isFalse();
        assertThat(Programs.isThere(Path.of("no-such-program").toString())).isFalse();
    }
}
