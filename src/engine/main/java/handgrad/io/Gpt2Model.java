package handgrad.io;

import handgrad.file.LlmcFile;
import handgrad.nn.Gpt;
import handgrad.nn.GptOptions;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * The weights of a GPT-2 in a file of llm.c (https://github.com/karpathy/llm.c), such as {@code gpt2_124M.bin}.
 *
 * <pre>{@code
 * Gpt gpt = Gpt2Model.read(Path.of("gpt2_124M.bin")).load();
 * Gpt2Model.write(Path.of("trained.bin"), gpt);
 * }</pre>
 *
 * <p>The file has a header of 256 ints, little-endian, and sixteen kinds of tensors, float32 (version 3) or bfloat16
 * (version 5), those of the blocks stacked. Its linear weights are (out, in) and those here (in, out). Its table of
 * tokens has rows of padding, which a model does not have: they are left out, and zeros where a file is written.
 */
public final class Gpt2Model {
    private static final int BFLOAT16 = 5;

    private final Path file;
    private final Gpt2Layout layout;
    private final StoredType type;

    private Gpt2Model(Path file, Gpt2Layout layout, StoredType type) {
        this.file = file;
        this.layout = layout;
        this.type = type;
    }

    /**
     * Reads the header of a file and checks that the file is as long as that says; the weights are read by
     * {@link #load} or {@link #tensors}, so this takes no memory.
     *
     * @throws Gpt2FileException if it cannot be read, is another kind of file or of another version, or its sizes
     *     do not fit each other or its length
     */
    public static Gpt2Model read(Path file) throws Gpt2FileException {
        return Gpt2Reader.use(file, LlmcFile.MODEL, reader -> {
            var type = type(reader);
            var layout = Gpt2Layout.of(file, reader);
            reader.requireSize(layout.toString(), layout.elements(), type);
            return new Gpt2Model(file, layout, type);
        });
    }

    private static StoredType type(Gpt2Reader reader) {
        return reader.header(1) == BFLOAT16 ? StoredType.BF16 : StoredType.F32;
    }

    /** The sizes of the model; the rest as {@link GptOptions#GPT2} has it. */
    public GptOptions options() {
        return GptOptions.GPT2
                .withVocabulary(layout.vocabulary())
                .withBlockSize(layout.positions())
                .withSizes(layout.layers(), layout.heads(), layout.embedding());
    }

    Gpt2Layout layout() {
        return layout;
    }

    /**
     * Reads the weights, under the names and with the shapes that they have in the state of a {@link Gpt}.
     *
     * @throws Gpt2FileException if the file cannot be read, has changed, or does not fit into the memory
     */
    public Map<String, Tensor> tensors() throws Gpt2FileException {
        return Gpt2Reader.use(file, LlmcFile.MODEL, reader -> {
            requireUnchanged(reader);
            var tensors = Gpt2Reader.zeros(layout);
            reader.fill(type, layout.places(), tensors);
            return tensors;
        });
    }

    /**
     * Makes a model of {@link #options()} and reads the weights straight into it.
     *
     * @throws Gpt2FileException as {@link #tensors}
     */
    public Gpt load() throws Gpt2FileException {
        return Gpt2Reader.use(file, LlmcFile.MODEL, reader -> {
            requireUnchanged(reader);
            // The draws are overwritten: those that are made faster.
            var model = new Gpt(options().withDraws(GptOptions.Draws.PYTORCH), TorchRandom.seeded(0));
            reader.fill(type, layout.places(), model.stateDict());
            return model;
        });
    }

    private void requireUnchanged(Gpt2Reader reader) throws IOException {
        if (!layout.equals(Gpt2Layout.of(file, reader)) || type != type(reader)) {
            throw new Gpt2FileException(file, "has changed since its header was read; read it again");
        }
        reader.requireSize(layout.toString(), layout.elements(), type);
    }

    /**
     * Writes a model in float32, version 3, whole or not at all. Biases that it does not have are zeros in the file,
     * which is the same function.
     *
     * @throws IllegalArgumentException if GPT-2 has no such model: its head is not tied, its GELU is the exact one,
     *     or it is not FLOAT32
     * @throws Gpt2FileException if the file cannot be written
     */
    public static void write(Path file, Gpt model) throws Gpt2FileException {
        var options = model.options();
        if (!options.tied() || options.exactGelu()) {
            throw new IllegalArgumentException("Gpt2Model: the model of llm.c has "
                    + (options.tied()
                            ? "the GELU by tanh, and this one the exact GELU; train it withExactGelu(false)"
                            : "a head that uses the table of the tokens, and this one a head of its own; train it"
                                    + " withTied(true)"));
        }
        var state = model.stateDict();
        var layout = Gpt2Layout.padded(options);
        Gpt2Writer.write(file, writer -> {
            writer.bytes(LlmcFile.MODEL.header(
                    layout.positions(),
                    layout.vocabulary(),
                    layout.layers(),
                    layout.heads(),
                    layout.embedding(),
                    layout.paddedVocabulary()));
            writer.tensors(layout.places(), state);
        });
    }
}
