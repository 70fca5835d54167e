package handgrad.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import handgrad.nn.Gpt;
import handgrad.nn.GptOptions;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("no-kernel")
class Gpt2ModelTest {
    static final GptOptions OPTIONS =
            GptOptions.GPT2.withVocabulary(50).withBlockSize(16).withSizes(2, 2, 16);

    private static final String SIZES =
            "2 layers, 2 heads, 16 channels, 16 positions and a vocabulary of 50, padded to 128";
    private static final int BYTES = 1024 + 4 * ((128 + 16) * 16 + 2 * (12 * 256 + 13 * 16) + 2 * 16);

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("model.bin");
    }

    /** A model in which every element differs from every other. */
    static Gpt model(GptOptions options) {
        var model = new Gpt(options, TorchRandom.seeded(7));
        int next = 1;
        for (var tensor : model.stateDict().values()) {
            for (int i = 0; i < tensor.shape().elements(); i++) {
                tensor.setFlat(i, next++ / 1024.0);
            }
        }
        return model;
    }

    @Test
    void what_is_written_is_read() throws IOException {
        var model = model(OPTIONS);
        Gpt2Model.write(file, model);
        assertThat(Files.size(file)).isEqualTo(BYTES);
        var read = Gpt2Model.read(file);
        assertThat(read.options()).isEqualTo(OPTIONS);
        assertThat(read.tensors()).isEqualTo(model.stateDict());
        assertThat(read.load().stateDict()).isEqualTo(model.stateDict());
        byte[] bytes = Files.readAllBytes(file);
        Gpt2Model.write(file, read.load());
        assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
    }

    @Test
    void weights_are_out_in_and_stacked() throws IOException {
        var model = model(OPTIONS);
        Gpt2Model.write(file, model);
        var floats = ByteBuffer.wrap(Files.readAllBytes(file))
                .order(ByteOrder.LITTLE_ENDIAN)
                .position(1024)
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        var state = model.stateDict();
        assertThat(floats.get(49 * 16 + 3)).isEqualTo((float) at(state, "tokens.weight", 49, 3));
        for (int i = 50 * 16; i < 128 * 16; i++) {
            assertThat(floats.get(i)).isZero();
        }
        int qkv = (128 + 16) * 16 + 2 * 2 * 16;
        assertThat(floats.get(qkv + 40 * 16 + 5)).isEqualTo((float) at(state, "blocks.0.attention.qkv.weight", 5, 40));
        assertThat(floats.get(qkv + (48 + 40) * 16 + 5))
                .isEqualTo((float) at(state, "blocks.1.attention.qkv.weight", 5, 40));
        assertThat(floats.get(floats.capacity() - 1)).isEqualTo((float) at(state, "norm.bias", 15));
    }

    private static double at(Map<String, Tensor> state, String name, int... index) {
        return Objects.requireNonNull(state.get(name), name).get(index);
    }

    /** Larger than the chunks in which tensors are read and written, with rows that do not divide them. */
    @Test
    void what_is_larger_than_a_chunk_is_read_as_written() throws IOException {
        var model = model(OPTIONS.withVocabulary(1000).withSizes(1, 3, 333));
        Gpt2Model.write(file, model);
        assertThat(Gpt2Model.read(file).tensors()).isEqualTo(model.stateDict());
    }

    @Test
    void biases_that_a_model_has_not_are_zeros() throws IOException {
        var model = model(OPTIONS.withBias(false));
        Gpt2Model.write(file, model);
        var read = Gpt2Model.read(file).tensors();
        model.stateDict().forEach((name, tensor) -> assertThat(read).containsEntry(name, tensor));
        read.forEach((name, tensor) -> {
            if (name.endsWith(".bias")) {
                assertThat(tensor.floats()).containsOnly(0);
            }
        });
    }

    @Test
    void a_model_that_gpt2_has_not_is_not_written() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Gpt2Model.write(file, model(OPTIONS.withTied(false))))
                .withMessage(
                        "Gpt2Model: the model of llm.c has a head that uses the table of the tokens, and this one a"
                                + " head of its own; train it withTied(true)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Gpt2Model.write(file, model(OPTIONS.withExactGelu(true))))
                .withMessage("Gpt2Model: the model of llm.c has the GELU by tanh, and this one the exact GELU; train it"
                        + " withExactGelu(false)");
        var wide = model(OPTIONS);
        wide.to(DType.FLOAT64);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Gpt2Model.write(file, wide))
                .withMessage("write: tokens.weight is FLOAT64 (50, 16), a file of llm.c has FLOAT32 (50, 16)");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void a_file_that_cannot_be_written_leaves_nothing() {
        assertThatExceptionOfType(Gpt2FileException.class)
                .isThrownBy(() -> Gpt2Model.write(folder, model(OPTIONS)))
                .withMessage(folder + ": is a folder; name a file");
        var elsewhere = folder.resolve("none/model.bin");
        assertThatExceptionOfType(Gpt2FileException.class)
                .isThrownBy(() -> Gpt2Model.write(elsewhere, model(OPTIONS)))
                .withMessage(elsewhere + ": cannot be written, there is no such folder");
    }

    private void assertRefused(String problem) {
        assertThatExceptionOfType(Gpt2FileException.class)
                .isThrownBy(() -> Gpt2Model.read(file))
                .withMessage(file + ": " + problem);
    }

    private void set(int index, int value) throws IOException {
        try (var written = new RandomAccessFile(file.toFile(), "rw")) {
            written.seek((long) index * Integer.BYTES);
            written.writeInt(Integer.reverseBytes(value));
        }
    }

    private void length(long bytes) throws IOException {
        try (var written = new RandomAccessFile(file.toFile(), "rw")) {
            written.setLength(bytes);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        20240327           | is a debug state of llm.c, not a model of llm.c
        20240328           | is a tokenizer of llm.c, not a model of llm.c
        20240520           | is a file of tokens of GPT-2 of llm.c, not a model of llm.c
        20240801           | is a file of tokens of Llama 3 of llm.c, not a model of llm.c
                    -958974975         | is a model of llm.c with its bytes in the wrong order; write it again, \
        little-endian
        17                 | is not a model of llm.c: it begins with 17, not with 20240326
        """)
    void a_wrong_magic_number_is_told(int magic, String problem) throws IOException {
        Gpt2Model.write(file, model(OPTIONS));
        set(0, magic);
        assertRefused(problem);
    }

    @Test
    void a_version_that_is_not_read_is_told() throws IOException {
        Gpt2Model.write(file, model(OPTIONS));
        set(1, 1);
        assertRefused("is a model of llm.c of version 1, which is not read; write it in version 3 or 5");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        5 | 3          | the channels must be a multiple of the heads
        5 | 0          | each must be at least 1
        5 | -2147483648| each must be at least 1
        4 | 0          | each must be at least 1
        3 | -50        | each must be at least 1
        2 | 0          | each must be at least 1
        6 | -16        | each must be at least 1
        7 | 49         | the padded vocabulary must not be less than the vocabulary
        7 | -128       | the padded vocabulary must not be less than the vocabulary
        4 | 2147483647 | a tensor here has at most 2^31 - 1 elements, and a model 4096 layers
        2 | 2147483647 | a tensor here has at most 2^31 - 1 elements, and a model 4096 layers
        6 | 2147483646 | a tensor here has at most 2^31 - 1 elements, and a model 4096 layers
        7 | 2147483647 | a tensor here has at most 2^31 - 1 elements, and a model 4096 layers
        """)
    void sizes_that_do_not_fit_each_other_are_told(int index, int value, String problem) throws IOException {
        Gpt2Model.write(file, model(OPTIONS));
        set(index, value);
        assertThatExceptionOfType(Gpt2FileException.class)
                .isThrownBy(() -> Gpt2Model.read(file))
                .withMessageStartingWith(file + ": has ")
                .withMessageContaining(String.valueOf(value))
                .withMessageEndingWith(": " + problem + "; copy or write it again");
    }

    @Test
    void a_file_of_another_length_is_told() throws IOException {
        Gpt2Model.write(file, model(OPTIONS));
        var says = "its header says " + SIZES + ", in all " + BYTES + " bytes, it has ";
        length(BYTES - 1);
        assertRefused("is truncated: " + says + (BYTES - 1) + "; copy or write it again");
        length(BYTES + 1);
        assertRefused("is too long: " + says + (BYTES + 1) + "; copy or write it again");
        length(1023);
        assertRefused("is truncated: it has 1023 bytes, its header alone 1024; copy or write it again");
        length(0);
        assertRefused("is truncated: it has 0 bytes, its header alone 1024; copy or write it again");
        Files.delete(file);
        assertRefused("there is no such file");
        Files.createDirectory(file);
        assertRefused("is a folder, not a model of llm.c");
    }

    @Test
    void a_file_that_has_changed_since_its_header_was_read_is_told() throws IOException {
        Gpt2Model.write(file, model(OPTIONS));
        var model = Gpt2Model.read(file);
        length(BYTES - 4);
        assertThatExceptionOfType(Gpt2FileException.class)
                .isThrownBy(model::load)
                .withMessageStartingWith(file + ": is truncated: ");
        Gpt2Model.write(file, model(OPTIONS.withSizes(1, 2, 16)));
        assertThatExceptionOfType(Gpt2FileException.class)
                .isThrownBy(model::tensors)
                .withMessage(file + ": has changed since its header was read; read it again");
    }

    /** The file has holes, so it takes no room on the disk. */
    @Test
    void a_model_that_does_not_fit_into_the_memory_is_told() throws IOException {
        Gpt2Model.write(file, model(OPTIONS));
        set(4, 1 << 12);
        set(6, 512);
        set(5, 8);
        long elements = (128L + 16) * 512 + (1L << 12) * (12 * 512 + 13) * 512 + 2 * 512;
        length(1024 + 4 * elements);
        var model = Gpt2Model.read(file);
        assertThatExceptionOfType(Gpt2FileException.class)
                .isThrownBy(model::tensors)
                .withMessageStartingWith(file + ": does not fit into the memory of this JVM: it has 49,")
                .withMessageEndingWith(" MiB; give more, as in -Xmx8g");
    }
}
