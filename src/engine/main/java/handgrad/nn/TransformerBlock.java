package handgrad.nn;

import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import handgrad.tensor.Updates;
import org.jspecify.annotations.Nullable;

/**
 * A block of a transformer with normalisation first, as in GPT-2: (N, T, embedding) to (N, T, embedding).
 *
 * <pre>
 * h = x + attention(norm1(x));  out = h + contract(gelu(expand(norm2(h))))
 * </pre>
 *
 * <p>In training with dropout, what is added to x and to h loses elements, as do the attention's probabilities.
 */
public final class TransformerBlock implements Layer {
    /** How many times wider the hidden layer is than the embedding. */
    private static final int EXPANSION = 4;

    private final Parts parts = new Parts();
    private final Passes passes = new Passes("TransformerBlock", parts);
    private final LayerNorm norm1;
    private final CausalSelfAttention attention;
    private final Dropout dropout1;
    private final LayerNorm norm2;
    private final Linear expand;
    private final Gelu gelu;
    private final Linear contract;
    private final Dropout dropout2;
    private @Nullable Tensor hidden;
    private @Nullable Tensor output;
    private @Nullable Tensor dHidden;
    private @Nullable Tensor dX;

    /** A block of a model with these options; its weights are drawn as PyTorch draws those of a {@code Linear}. */
    public TransformerBlock(GptOptions options, TorchRandom random) {
        int embedding = options.embedding();
        boolean bias = options.bias();
        norm1 = parts.add("norm1", new LayerNorm(embedding, LayerNorm.EPSILON, bias));
        attention = parts.add(
                "attention", new CausalSelfAttention(embedding, options.heads(), options.dropout(), bias, random));
        dropout1 = new Dropout(options.dropout(), random);
        norm2 = parts.add("norm2", new LayerNorm(embedding, LayerNorm.EPSILON, bias));
        expand = parts.add("expand", Linear.pytorch(embedding, EXPANSION * embedding, bias, random));
        gelu = parts.add("gelu", options.exactGelu() ? new Gelu() : Gelu.tanh());
        contract = parts.add("contract", Linear.pytorch(EXPANSION * embedding, embedding, bias, random));
        dropout2 = new Dropout(options.dropout(), random);
        if (options.dropout() > 0) {
            parts.add("dropout1", dropout1);
            parts.add("dropout2", dropout2);
        }
    }

    /** h = x + attention(norm1(x)); out = h + contract(gelu(expand(norm2(h)))); all (N, T, embedding). */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            hidden = Buffers.like(x, hidden);
            output = Buffers.like(x, output);
            var mixed = dropout1.forward(attention.forward(norm1.forward(x)));
            Updates.addScaled(hidden.copyFrom(x), 1, mixed);
            var changed = dropout2.forward(contract.forward(gelu.forward(expand.forward(norm2.forward(hidden)))));
            Updates.addScaled(output.copyFrom(hidden), 1, changed);
            return pass.output(output);
        }
    }

    /**
     * dH = dOut + the gradient through contract, gelu, expand and norm2 of dOut; dX = dH + the gradient through
     * attention and norm1 of dH; all (N, T, embedding).
     */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var pass = passes.backward(dOut)) {
            dHidden = Buffers.like(dOut, dHidden);
            dX = Buffers.like(dOut, dX);
            var dChanged = gelu.backward(contract.backward(dropout2.backward(dOut)));
            Updates.addScaled(dHidden.copyFrom(dOut), 1, norm2.backward(expand.backward(dChanged)));
            var dMixed = attention.backward(dropout1.backward(dHidden));
            Updates.addScaled(dX.copyFrom(dHidden), 1, norm1.backward(dMixed));
            return pass.gradient(dX);
        }
    }

    @Override
    public Parts parts() {
        return parts;
    }
}
