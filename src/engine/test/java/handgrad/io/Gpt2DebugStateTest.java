package handgrad.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("no-kernel")
class Gpt2DebugStateTest {
    private static final int BYTES = 1024 + 4 * (6 + 6 + 6 * 50 + 1 + (128 + 16) * 16 + 2 * (12 * 256 + 13 * 16) + 32);

    @TempDir
    private Path folder;

    private Path file;
    private Gpt2Model model;

    @BeforeEach
    void write() throws IOException {
        var weights = folder.resolve("model.bin");
        Gpt2Model.write(weights, Gpt2ModelTest.model(Gpt2ModelTest.OPTIONS));
        model = Gpt2Model.read(weights);
        file = folder.resolve("state.bin");
        state().write(file, Gpt2ModelTest.OPTIONS);
    }

    static Gpt2DebugState state() {
        return new Gpt2DebugState(
                Tensor.of(new int[] {0, 1, 2, 47, 48, 49}, 2, 3),
                Tensor.of(new int[] {1, 2, 3, 48, 49, 0}, 2, 3),
                Tensor.arange(300).to(DType.FLOAT32).reshape(2, 3, 50),
                2.5,
                Gpt2ModelTest.model(Gpt2ModelTest.OPTIONS).stateDict());
    }

    @Test
    void what_is_written_is_read() throws IOException {
        assertThat(Files.size(file)).isEqualTo(BYTES);
        assertThat(Gpt2DebugState.read(file, model)).isEqualTo(state());
    }

    @Test
    void what_does_not_fit_together_is_not_written() {
        var x = Tensor.of(new int[6], 2, 3);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Gpt2DebugState(x, x, Tensor.arange(300), 1, Map.of()))
                .withMessage("Gpt2DebugState: x and y must be INT32 (B, T) and the logits FLOAT32 (B, T, V), x is INT32"
                        + " (2, 3), y INT32 (2, 3) and the logits are INT32 (300)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> state().write(file, Gpt2ModelTest.OPTIONS.withBlockSize(4)))
                .withMessage("write: positions.weight is FLOAT32 (16, 16), a file of llm.c has FLOAT32 (4, 16)");
    }

    private void set(int index, int value) throws IOException {
        try (var written = new RandomAccessFile(file.toFile(), "rw")) {
            written.seek((long) index * Integer.BYTES);
            written.writeInt(Integer.reverseBytes(value));
        }
    }

    private void assertRefused(String problem) {
        assertThatExceptionOfType(Gpt2FileException.class)
                .isThrownBy(() -> Gpt2DebugState.read(file, model))
                .withMessage(file + ": " + problem);
    }

    @Test
    void a_token_outside_the_vocabulary_is_told() throws IOException {
        set(256 + 5, 50);
        assertRefused("token 5 of x is 50, the model's vocabulary has 0 to 49; give the model that it belongs to");
        set(256 + 5, 49);
        set(256 + 6 + 1, -1);
        assertRefused("token 1 of y is -1, the model's vocabulary has 0 to 49; give the model that it belongs to");
    }

    @Test
    void a_batch_that_does_not_fit_the_model_is_told() throws IOException {
        set(3, 17);
        assertRefused("has a batch of 2 x 17, and the model 16 positions; give the model that it belongs to");
        set(3, 3);
        set(2, 0);
        assertRefused("has a batch of 0 x 3, and the model 16 positions; give the model that it belongs to");
        set(2, Integer.MAX_VALUE);
        assertRefused("has a batch of 2147483647 x 3: its logits are more than the 2^31 - 1 elements that a tensor has;"
                + " make a smaller batch");
        set(2, 3);
        assertRefused("is truncated: its header says a batch of 3 x 3 and the model 2 layers, 2 heads, 16 channels, 16"
                + " positions and a vocabulary of 50, padded to 128, in all " + (BYTES + 4 * 3 * 52) + " bytes, it has "
                + BYTES + "; copy or write it again");
    }

    @Test
    void another_file_is_told() throws IOException {
        Files.copy(folder.resolve("model.bin"), folder.resolve("other.bin"));
        file = folder.resolve("other.bin");
        assertRefused("is a model of llm.c, not a debug state of llm.c");
        set(0, 20240327);
        set(1, 1);
        assertRefused("is a debug state of llm.c of version 1, which is not read; write it in version 2");
    }
}
