package handgrad.app.gpt2;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.CommandResult;
import handgrad.io.Gpt2Model;
import handgrad.nn.GptOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Gpt2CheckCommandTest {
    private static final Path PYTORCHS = Path.of("../engine/test/resources/handgrad/golden/gpt2");

    /** The elements of the debug state before its gradients: 256 of the header, x and y, logits, loss. */
    private static final int GRADIENTS = 256 + 2 * 24 + 24 * 50 + 1;

    @TempDir
    private Path folder;

    private Path model;
    private Path state;

    @BeforeEach
    void copy() throws IOException {
        model = folder.resolve("gpt2_124M.bin");
        state = folder.resolve("gpt2_124M_debug_state.bin");
        Files.copy(PYTORCHS.resolve("model.bin"), model);
        Files.copy(PYTORCHS.resolve("debug-state.bin"), state);
    }

    private void add(double change, int element) throws IOException {
        try (var file = new RandomAccessFile(state.toFile(), "rw")) {
            file.seek((long) element * Float.BYTES);
            float value = Float.intBitsToFloat(Integer.reverseBytes(file.readInt()));
            file.seek((long) element * Float.BYTES);
            file.writeInt(Integer.reverseBytes(Float.floatToIntBits((float) (value + change))));
        }
    }

    private static Comparator<Double> within(double tolerance) {
        return (a, b) -> Math.abs(a - b) <= tolerance ? 0 : Double.compare(a, b);
    }

    private static List<Double> losses() throws IOException {
        return Files.readAllLines(PYTORCHS.resolve("losses.txt")).stream()
                .map(Double::valueOf)
                .toList();
    }

    @Test
    void what_pytorch_made_is_right() throws IOException {
        var result = CommandResult.of("gpt2", "check", folder.toString());
        assertThat(result.err()).isEmpty();
        assertThat(result.code()).isZero();
        assertThat(result.out())
                .startsWith("model  " + model + "\n")
                .contains("2 layers, 2 heads, 16 wide, 16 positions, vocabulary 50\n       7,648 parameters\n")
                .contains("a batch of 3 x 8\n")
                .containsPattern("(?m)^logits +\\d\\.\\d+ +\\S+e-0\\d +0\\.01$")
                .contains("compared with none\n")
                .endsWith("\nall right\n");
        assertThat(result.out().lines().filter(line -> line.matches("  .* 0\\.02")))
                .hasSize(16);
        var printed = result.out()
                .lines()
                .filter(line -> line.matches(" +\\d  +\\d\\.\\d{6}"))
                .map(line -> Double.valueOf(line.replaceFirst("^ +\\d +", "")))
                .toList();
        assertThat(printed).usingElementComparator(within(1e-5)).isEqualTo(losses());
        assertThat(result.out().lines()).allMatch(line -> line.length() < 80 || line.contains(folder.toString()));
    }

    @Test
    void a_gradient_that_differs_is_named() throws IOException {
        add(0.021, GRADIENTS + 3);
        var result = CommandResult.of("gpt2", "check", folder.toString());
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.out())
                .containsPattern("(?m)^  tokens\\.weight .* 2\\.1e-02 +0\\.02  wrong$")
                .endsWith("\nwrong: tokens.weight\n");
    }

    /** Of the second block: the stacked tensors are all compared. */
    @Test
    void a_gradient_of_a_later_block_is_compared() throws IOException {
        int qkv = (128 + 16) * 16 + 2 * 2 * 16;
        add(-0.03, GRADIENTS + qkv + 48 * 16 + 5);
        assertThat(CommandResult.of("gpt2", "check", folder.toString()).out())
                .endsWith("\nwrong: blocks.*.attention.qkv.weight\n");
    }

    @Test
    void what_is_within_llmcs_tolerance_is_right() throws IOException {
        add(0.019, GRADIENTS + 3);
        assertThat(CommandResult.of("gpt2", "check", folder.toString()).code()).isZero();
    }

    @Test
    void logits_and_loss_and_nan_are_compared() throws IOException {
        add(0.011, 256 + 2 * 24);
        add(Double.NaN, GRADIENTS - 1);
        var result = CommandResult.of("gpt2", "check", "--model", model.toString(), "--state", state.toString());
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.out()).endsWith("\nwrong: logits, loss\n");
    }

    private boolean check(PublishedLosses published, StringWriter out) throws IOException {
        return new Gpt2Check(published, new PrintWriter(out)).run(model, state);
    }

    @Test
    void losses_of_a_published_model_are_compared() throws IOException {
        var options = Gpt2Model.read(model).options();
        var out = new StringWriter();
        assertThat(check(new PublishedLosses(options, 3, 8, losses()), out)).isTrue();
        assertThat(out.toString())
                .containsPattern("(?m)^   9   5\\.4343\\d\\d   5\\.434335   \\S+e-0[67] +0\\.01$")
                .doesNotContain("compared with none");
        var other = new StringWriter();
        var wrong = losses().stream()
                .map(loss -> loss > 5.44 ? loss : loss + 0.0101)
                .toList();
        assertThat(check(new PublishedLosses(options, 3, 8, wrong), other)).isFalse();
        assertThat(other.toString()).endsWith("\nwrong: the loss of step 9" + System.lineSeparator());
        var batch = new StringWriter();
        assertThat(check(new PublishedLosses(options, 4, 8, wrong), batch)).isTrue();
        assertThat(batch.toString())
                .contains("llm.c's own losses are of 2 layers, 16 wide, vocabulary 50 and a batch of 4 x\n8: these");
        assertThat(PublishedLosses.OF_124M.options()).isEqualTo(GptOptions.GPT2);
    }

    @Test
    void files_that_are_wrong_are_told() throws IOException {
        assertThat(CommandResult.of("gpt2", "check"))
                .isEqualTo(new CommandResult(
                        2,
                        "",
                        "handgrad: gpt2 check: name the folder that has gpt2_124M.bin and gpt2_124M_debug_state.bin, or"
                                + " give --model and --state\n"));
        assertThat(CommandResult.of("gpt2", "check", "--state", model.toString(), folder.toString()))
                .isEqualTo(new CommandResult(
                        2, "", "handgrad: " + model + ": is a model of llm.c, not a debug state of llm.c\n"));
        Files.delete(state);
        assertThat(CommandResult.of("gpt2", "check", folder.toString()))
                .isEqualTo(new CommandResult(2, "", "handgrad: " + state + ": there is no such file\n"));
        assertThat(CommandResult.of("gpt2", "check", "--model", "", folder.toString()))
                .isEqualTo(new CommandResult(2, "", "handgrad: --model is empty; name a file or folder\n"));
    }

    @Test
    void without_a_subcommand_it_helps() {
        assertThat(CommandResult.of("gpt2").out())
                .startsWith("Usage: handgrad gpt2 ")
                .contains("  check  ");
        assertThat(CommandResult.of("gpt2", "check", "--help").out()).contains("--model=FILE", "--state=FILE");
    }
}
