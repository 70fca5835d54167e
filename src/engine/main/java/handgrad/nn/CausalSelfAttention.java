package handgrad.nn;

import handgrad.random.TorchRandom;
import handgrad.tensor.Attention;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Self-attention of several heads in which no position sees a later one: (N, T, embedding) to (N, T, embedding). A
 * linear layer gives q, k and v of all heads, {@link Attention} mixes the values, and a second linear layer, the
 * projection, mixes the heads. Keeps q, k and v, the output of the heads and a number for each row of the
 * probabilities for backward.
 *
 * <p>In streaming each input continues the one before it: k and v of earlier positions are kept.
 */
public final class CausalSelfAttention implements Layer {
    private final Parts parts = new Parts();
    private final Passes passes = new Passes("CausalSelfAttention", parts);
    private final Linear qkv;
    private final Linear projection;
    private final int heads;
    private final double dropout;
    private final @Nullable TorchRandom random;
    private boolean drops;
    private long seed;
    private @Nullable Tensor kept;
    private @Nullable Tensor logarithms;
    private @Nullable Tensor mixed;
    private @Nullable Tensor dQkv;

    // Of a stream: q, k and v of its positions, with room for more.
    private @Nullable Tensor past;
    private int positions;
    private int streamOfPast;

    /**
     * Attention without dropout, its weights drawn as PyTorch draws those of two {@code Linear}s.
     *
     * @param embedding the numbers of a position, a multiple of heads
     */
    public CausalSelfAttention(int embedding, int heads, TorchRandom random) {
        this(embedding, heads, 0, true, random);
    }

    /**
     * Attention with dropout of its probabilities in training, and with or without biases.
     *
     * @param dropout the probability that one becomes 0; from 0 to below 1
     * @param random draws the weights and, where there is dropout, a seed of each forward pass
     */
    public CausalSelfAttention(int embedding, int heads, double dropout, boolean bias, TorchRandom random) {
        if (heads < 1 || embedding < 1 || embedding % heads != 0) {
            throw new IllegalArgumentException("CausalSelfAttention: the embedding must be a multiple of the heads,"
                    + " it is " + embedding + " with " + heads + " heads");
        }
        this.heads = heads;
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException(
                    "CausalSelfAttention: dropout must be at least 0 and below 1, it is " + dropout);
        }
        this.dropout = dropout;
        qkv = parts.add("qkv", Linear.pytorch(embedding, 3 * embedding, bias, random));
        projection = parts.add("projection", Linear.pytorch(embedding, embedding, bias, random));
        this.random = dropout > 0 ? parts.add("random", random) : null;
    }

    /** The number of heads. */
    public int heads() {
        return heads;
    }

    /**
     * With x (N, T, embedding) and d the size of a head, for each head and each position over those up to it,
     *
     * <pre>
     * q, k, v = x · qkv;  P = softmax(q kᵀ / √d);  out = (P v of all heads, side by side) · projection
     * </pre>
     */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            var of = qkv.forward(x);
            mixed = Buffers.like(x, mixed);
            if (parts.isStreaming()) {
                continueStream(of, mixed);
                return pass.passedOn(projection.forward(mixed));
            }
            kept = of;
            drawMask();
            logarithms = Buffers.positions(x, heads, x.size(1), logarithms);
            Attention.causalSelfAttention(of, heads, drops ? dropout : 0, seed, logarithms, mixed);
            return pass.passedOn(projection.forward(mixed));
        }
    }

    /**
     * The gradients, head by head.
     *
     * <pre>
     * dMixed = dOut · projectionᵀ;  dV = Pᵀ dMixed;  dP = dMixed vᵀ;  dS = P ∘ (dP - Σ P ∘ dP) / √d
     * dQ = dS k;  dK = dSᵀ q;  dX = (dQ, dK, dV side by side) · qkvᵀ
     * </pre>
     *
     * and those of the two linear layers. dOut and dX are (N, T, embedding).
     *
     * @throws IllegalStateException in streaming
     */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var pass = passes.backward(dOut)) {
            if (parts.isStreaming()) {
                throw new IllegalStateException("CausalSelfAttention.backward: what a stream has seen is not kept for"
                        + " it; call stream(false), then forward");
            }
            var of = Passes.kept(kept);
            var dMixed = projection.backward(dOut);
            dQkv = Buffers.like(of, dQkv);
            Attention.causalSelfAttentionBackward(
                    of, heads, drops ? dropout : 0, seed, Passes.kept(logarithms), Passes.kept(mixed), dMixed, dQkv);
            return pass.gradient(qkv.backward(dQkv));
        }
    }

    /**
     * The probabilities of the last forward pass, for who wants to see them: (N, heads, T, T), in each row those with
     * which a position sees the ones up to it. They are computed anew from q and k, without dropout.
     *
     * @throws IllegalStateException before a forward pass, and in streaming
     */
    public Tensor probabilities() {
        if (kept == null || parts.isStreaming()) {
            throw new IllegalStateException("CausalSelfAttention.probabilities: wants a forward pass of whole"
                    + " sequences before; call stream(false), then forward");
        }
        int n = kept.size(0);
        int t = kept.size(1);
        int d = kept.size(2) / (3 * heads);
        var maps = new Tensor[n * heads];
        for (int i = 0; i < maps.length; i++) {
            var row = kept.narrow(0, i / heads, 1).reshape(t, 3 * heads * d);
            var q = row.narrow(1, i % heads * d, d);
            var k = row.narrow(1, (heads + i % heads) * d, d);
            var scores = q.matmulTransposeB(k).div(Math.sqrt(d));
            for (int from = 0; from < t; from++) {
                for (int to = from + 1; to < t; to++) {
                    scores.set(Double.NEGATIVE_INFINITY, from, to);
                }
            }
            maps[i] = scores.softmax(1);
        }
        return Tensor.stack(0, maps).reshape(n, heads, t, t);
    }

    private void drawMask() {
        drops = random != null && parts.isTraining();
        if (random != null && drops) {
            seed = random.random64();
        }
    }

    /** Writes q, k and v behind those of the stream, and what the new positions see into out. */
    private void continueStream(Tensor of, Tensor out) {
        if (past == null || streamOfPast != parts.stream() || past.size(0) != of.size(0)) {
            past = null;
            positions = 0;
            streamOfPast = parts.stream();
        }
        int end = positions + of.size(1);
        past = withRoom(past, of, positions, end);
        Attention.continueCausalSelfAttention(past, positions, of, heads, out);
        positions = end;
    }

    /** A tensor with room for {@code end} positions, twice as many where it has to grow. */
    private static Tensor withRoom(@Nullable Tensor past, Tensor of, int positions, int end) {
        if (past != null && past.size(1) >= end) {
            return past;
        }
        var grown = Tensor.zeros(of.dtype(), Shape.of(of.size(0), 2 * end, of.size(2)));
        if (past == null) {
            return grown;
        }
        return Tensor.cat(1, past.narrow(1, 0, positions), grown.narrow(1, positions, 2 * end - positions));
    }

    @Override
    public Parts parts() {
        return parts;
    }
}
