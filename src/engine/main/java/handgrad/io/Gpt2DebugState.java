package handgrad.io;

import handgrad.file.LlmcFile;
import handgrad.nn.GptOptions;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a GPT-2 gives for one batch, in a file of llm.c such as {@code gpt2_124M_debug_state.bin}: an implementation is
 * right that gives the same from the weights in {@link Gpt2Model}.
 *
 * @param x the batch (B, T), INT32
 * @param y the tokens that follow, (B, T), INT32
 * @param logits (B, T, V)
 * @param loss the mean cross-entropy
 * @param gradients by the names and with the shapes of the parameters
 */
public record Gpt2DebugState(Tensor x, Tensor y, Tensor logits, double loss, Map<String, Tensor> gradients) {
    /** Checks that the batch and its logits fit each other. */
    public Gpt2DebugState {
        if (x.dtype() != DType.INT32
                || y.dtype() != DType.INT32
                || logits.dtype() != DType.FLOAT32
                || x.shape().rank() != 2
                || !x.shape().equals(y.shape())
                || !logits.shape().appendsOneDimensionTo(x.shape())) {
            throw new IllegalArgumentException("Gpt2DebugState: x and y must be INT32 (B, T) and the logits FLOAT32"
                    + " (B, T, V), x is " + x.dtype() + " " + x.shape() + ", y " + y.dtype() + " " + y.shape()
                    + " and the logits are " + logits.dtype() + " " + logits.shape());
        }
    }

    /**
     * Reads the file that belongs to a model.
     *
     * @throws Gpt2FileException if it cannot be read, is another kind of file or of another version, does not fit the
     *     model, has a token outside its vocabulary, or does not fit into the memory
     */
    public static Gpt2DebugState read(Path file, Gpt2Model model) throws Gpt2FileException {
        var layout = model.layout();
        return Gpt2Reader.use(file, LlmcFile.DEBUG_STATE, reader -> {
            int rows = reader.header(2);
            int length = reader.header(3);
            if (rows < 1 || length < 1 || length > layout.positions()) {
                throw new Gpt2FileException(
                        file,
                        "has a batch of " + rows + " x " + length + ", and the model " + layout.positions()
                                + " positions; give the model that it belongs to");
            }
            long tokens = (long) rows * length;
            if (tokens > Integer.MAX_VALUE / layout.vocabulary()) {
                throw new Gpt2FileException(
                        file,
                        "has a batch of " + rows + " x " + length + ": its logits are more than the 2^31 - 1 elements"
                                + " that a tensor has; make a smaller batch");
            }
            reader.requireSize(
                    "a batch of " + rows + " x " + length + " and the model " + layout,
                    tokens * (layout.vocabulary() + 2L) + 1 + layout.elements(),
                    StoredType.F32);
            var x = tokens(file, "x", reader, Shape.of(rows, length), layout.vocabulary());
            var y = tokens(file, "y", reader, Shape.of(rows, length), layout.vocabulary());
            var logits = reader.tensor(StoredType.F32, Shape.of(rows, length, layout.vocabulary()));
            double loss = reader.tensor(StoredType.F32, Shape.SCALAR).item();
            var gradients = Gpt2Reader.zeros(layout);
            reader.fill(StoredType.F32, layout.places(), gradients);
            return new Gpt2DebugState(x, y, logits, loss, gradients);
        });
    }

    private static Tensor tokens(Path file, String name, Gpt2Reader reader, Shape shape, int vocabulary)
            throws IOException {
        var tokens = reader.tensor(StoredType.I32, shape);
        for (int i = 0; i < shape.elements(); i++) {
            int token = tokens.ints()[i];
            if (token < 0 || token >= vocabulary) {
                throw new Gpt2FileException(
                        file,
                        "token " + i + " of " + name + " is " + token + ", the model's vocabulary has 0 to "
                                + (vocabulary - 1) + "; give the model that it belongs to");
            }
        }
        return tokens;
    }

    /**
     * Writes the file, whole or not at all.
     *
     * @param options those of the model
     * @throws IllegalArgumentException if a gradient has not the shape that it has in this model, or is not FLOAT32
     * @throws Gpt2FileException if the file cannot be written
     */
    public void write(Path file, GptOptions options) throws Gpt2FileException {
        var layout = Gpt2Layout.padded(options);
        Gpt2Writer.write(file, writer -> {
            writer.bytes(LlmcFile.DEBUG_STATE.header(x.size(0), x.size(1)));
            writer.tensor(x);
            writer.tensor(y);
            writer.tensor(logits);
            writer.tensor(Tensor.scalar(loss));
            writer.tensors(layout.places(), gradients);
        });
    }
}
