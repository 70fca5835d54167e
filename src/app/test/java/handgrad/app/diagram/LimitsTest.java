package handgrad.app.diagram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.app.command.FailedException;
import handgrad.app.diagram.Sheet.Paper;
import handgrad.app.diagram.Style.Backward;
import handgrad.app.program.SourceProgram;
import handgrad.app.worker.Watch;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What takes too long ends, and says so. */
class LimitsTest {
    private static final String SOURCE = """
            import module handgrad;

            Tensor da;

            Tensor forward(NamedPass.Names names) throws Exception {
                FORWARD
                return names.name("a", Tensor.ones(2).to(DType.FLOAT64)).sum();
            }

            void backward() throws Exception {
                BACKWARD
                da = Tensor.ones(2).to(DType.FLOAT64);
            }

            void main() {}
            """;

    private static DiagramSubject subject(String forward, String backward) throws Exception {
        var source = SOURCE.replace("FORWARD", forward).replace("BACKWARD", backward);
        return FileSubject.of("Slow", "Slow.java", source, SourceProgram.compile("Slow.java", source));
    }

    private static void draw(String forward, String backward) throws Exception {
        Watch.call(
                "Slow.java",
                Duration.ofSeconds(1),
                _ -> {},
                () -> new Drawing(subject(forward, backward), new Style(Backward.NONE, true), Paper.A3, List.of())
                        .sheet());
    }

    @Test
    void a_forward_pass_that_does_not_end_is_told() {
        assertThatThrownBy(() -> draw("while (da == null) Thread.sleep(1_000);", ""))
                .isInstanceOf(FailedException.class)
                .hasMessage("Slow.java:6: still running after 1 s, in forward; look for a loop or a wait without end,"
                        + " or give it more by --time-limit SECONDS");
    }

    @Test
    void a_backward_pass_that_does_not_end_is_told() {
        assertThatThrownBy(() -> draw("", "while (da == null) Thread.sleep(1_000);"))
                .isInstanceOf(FailedException.class)
                .hasMessageStartingWith("Slow.java:11: still running after 1 s, in backward; ");
    }

    @Test
    void gradients_that_take_too_long_to_check_have_no_colour() throws Exception {
        var subject = DiagramCommand.subject("exercise-12");
        var style = new Style(Backward.NONE, true);
        var checked = new Drawing(subject, style, Paper.A3, List.of());
        assertThat(checked.remarks()).isEmpty();
        assertThat(discs(checked)).isEqualTo(7);

        var cut = new Drawing(subject, style, Paper.A3, List.of(), Duration.ZERO);
        assertThat(cut.remarks()).containsExactly("tensors without a colour: 6, as checking gradients ended after 0 s");
        assertThat(discs(cut)).isOne();
    }

    private static int discs(Drawing drawing) {
        return SvgFile.of(drawing.sheet()).split("<circle").length - 1;
    }
}
