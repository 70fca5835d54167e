package handgrad.nn;

import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A GPT (Radford et al. 2019): from tokens (N, T) INT32 to the logits of the token that follows each, (N, T,
 * vocabulary).
 *
 * <pre>
 * h = tokens[x] + positions;  h = block(h) for each block;  logits = norm(h) · head
 * </pre>
 *
 * <p>In streaming each input continues the one before it, up to the block size in all.
 */
public final class Gpt implements Layer {
    private final GptOptions options;
    private final Parts parts = new Parts();
    private final Passes passes = new Passes("Gpt", parts);
    private final Embedding tokens;
    private final PositionalEmbedding positions;
    private final @Nullable Dropout dropout;
    private final List<TransformerBlock> blocks;
    private final LayerNorm norm;
    private final Layer head;

    /** A model whose weights are drawn as {@link GptOptions#draws} says. */
    public Gpt(GptOptions options, TorchRandom random) {
        this.options = options;
        int embedding = options.embedding();
        tokens = parts.add("tokens", new Embedding(options.vocabulary(), embedding, random));
        positions = parts.add("positions", new PositionalEmbedding(options.blockSize(), embedding, random));
        dropout = options.dropout() > 0 ? parts.add("dropout", new Dropout(options.dropout(), random)) : null;
        blocks = IntStream.range(0, options.layers())
                .mapToObj(i -> parts.add("blocks." + i, new TransformerBlock(options, random)))
                .toList();
        norm = parts.add("norm", new LayerNorm(embedding, LayerNorm.EPSILON, options.bias()));
        // Drawn also where it is not used: PyTorch makes the head first and ties it then.
        var own = Linear.pytorch(embedding, options.vocabulary(), false, random);
        head = parts.add("head", options.tied() ? new TiedLinear(tokens.weight()) : own);
        if (options.draws() == GptOptions.Draws.GPT2) {
            Gpt2Draws.draw(this, random);
        }
    }

    /** The sizes, and what the versions differ in. */
    public GptOptions options() {
        return options;
    }

    /** The blocks, the first one next to the tokens. */
    public List<TransformerBlock> blocks() {
        return blocks;
    }

    /** logits (N, T, vocabulary) of x (N, T), INT32; T up to the block size. */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            if (x.shape().rank() != 2 || x.size(1) > options.blockSize()) {
                throw new IllegalArgumentException("Gpt: wants tokens (N, T) with T up to the block size, "
                        + options.blockSize() + ", x is " + x.shape());
            }
            var h = positions.forward(tokens.forward(x));
            if (dropout != null) {
                h = dropout.forward(h);
            }
            for (int i = 0; i < blocks.size(); i++) {
                h = blocks.get(i).forward(h);
            }
            return pass.passedOn(head.forward(norm.forward(h)));
        }
    }

    /** The chain rule: each layer's backward, from the last to the first; dOut is (N, T, vocabulary). */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var _ = passes.backward(dOut)) {
            var d = norm.backward(head.backward(dOut));
            for (int i = blocks.size() - 1; i >= 0; i--) {
                d = blocks.get(i).backward(d);
            }
            if (dropout != null) {
                d = dropout.backward(d);
            }
            return tokens.backward(positions.backward(d));
        }
    }

    @Override
    public Parts parts() {
        return parts;
    }
}
