package handgrad.tensor;

import static handgrad.tensor.Requirements.require;
import static handgrad.tensor.Requirements.requireApart;
import static handgrad.tensor.Requirements.requireElements;
import static handgrad.tensor.Requirements.requireFloating;

import handgrad.kernel.attention.AttentionSizes;
import handgrad.kernel.attention.CausalAttention;

/**
 * Causal self-attention of all heads at once, with its backward pass under it, into tensors that the caller owns:
 * PyTorch's {@code scaled_dot_product_attention(q, k, v, is_causal=True)}. The probabilities are not kept.
 *
 * <p>Every number of threads gives the same bits. In {@link DType#FLOAT64} it runs as plain loops, for checking.
 */
public final class Attention {
    private Attention() {}

    /**
     * For each head, where d is its size and position i sees the positions j ≤ i,
     *
     * <pre>
     * S = q kᵀ / √d;  P = softmax(S);  out = P v
     * </pre>
     *
     * @param qkv (N, T, 3 · heads · d): of each position q of all heads, then k, then v
     * @param heads what the columns of q divide into
     * @param dropout the probability that an element of P becomes 0, the others being divided by the rest; from 0 to
     *     below 1
     * @param seed what the mask of dropout follows from: forward and backward want the same
     * @param logarithms (N, heads, T), written: ln Σ exp(S) of each row
     * @param out (N, T, heads · d), written; not qkv
     */
    public static void causalSelfAttention(
            Tensor qkv, int heads, double dropout, long seed, Tensor logarithms, Tensor out) {
        var sizes = sizes("causalSelfAttention", qkv, heads, dropout, seed);
        requireResults("causalSelfAttention", qkv, sizes, logarithms, out);
        requireApart("causalSelfAttention", "out", out, "qkv", qkv);
        CausalAttention.forward(sizes, qkv.elements(), logarithms.elements(), out.elements());
        if (Tracing.isOn()) {
            Tracing.record(Op.CAUSAL_SELF_ATTENTION, new double[] {heads, dropout}, out, qkv);
        }
    }

    /**
     * The gradient of {@link #causalSelfAttention}, with logarithms and out as it wrote them.
     *
     * <pre>
     * dV = Pᵀ dOut;  dP = dOut vᵀ;  dS = P ∘ (dP - Σ out ∘ dOut) / √d;  dQ = dS k;  dK = dSᵀ q
     * </pre>
     *
     * @param dOut (N, T, heads · d)
     * @param dQkv (N, T, 3 · heads · d), written: dQ, dK and dV; none of the others
     */
    public static void causalSelfAttentionBackward(
            Tensor qkv, int heads, double dropout, long seed, Tensor logarithms, Tensor out, Tensor dOut, Tensor dQkv) {
        var name = "causalSelfAttentionBackward";
        var sizes = sizes(name, qkv, heads, dropout, seed);
        requireResults(name, qkv, sizes, logarithms, out);
        Requirements.requireAlike(name, "dOut", out, dOut);
        Requirements.requireAlike(name, "dQkv", qkv, dQkv);
        requireApart(name, "dQkv", dQkv, "qkv", qkv);
        CausalAttention.backward(
                sizes, qkv.elements(), logarithms.elements(), out.elements(), dOut.elements(), dQkv.elements());
    }

    /**
     * The rows of {@link #causalSelfAttention} of positions that continue a sequence, for generating.
     *
     * @param past (N, capacity, 3 · heads · d), of which {@code from} positions are filled; those of qkv are added
     * @param from the position of the first of qkv
     * @param qkv (N, T, 3 · heads · d)
     * @param out (N, T, heads · d), written
     */
    public static void continueCausalSelfAttention(Tensor past, int from, Tensor qkv, int heads, Tensor out) {
        var name = "continueCausalSelfAttention";
        int positions = sizes(name, qkv, heads, 0, 0).queries();
        var sizes = sizes(name, past, heads, 0, 0);
        require(name, "past", past, qkv.dtype());
        int to = from + positions;
        if (from < 0 || to > sizes.capacity() || past.size(0) != qkv.size(0) || past.size(2) != qkv.size(2)) {
            throw new IllegalArgumentException(
                    name + ": qkv " + qkv.shape() + " at position " + from + " does not fit into past " + past.shape());
        }
        int row = qkv.size(2);
        for (int n = 0; n < sizes.batch(); n++) {
            System.arraycopy(
                    qkv.elements(),
                    n * positions * row,
                    past.elements(),
                    (n * sizes.capacity() + from) * row,
                    positions * row);
        }
        var logarithms = Tensor.zeros(qkv.dtype(), Shape.of(sizes.batch(), heads, positions));
        requireResults(name, qkv, sizes.between(from, to), logarithms, out);
        CausalAttention.forward(sizes, past.elements(), logarithms.elements(), out.elements());
        if (Tracing.isOn()) {
            Tracing.record(Op.CAUSAL_SELF_ATTENTION, new double[] {heads, 0}, out, past);
        }
    }

    private static AttentionSizes sizes(String operation, Tensor qkv, int heads, double dropout, long seed) {
        requireFloating(operation, qkv);
        if (heads < 1 || qkv.shape().rank() != 3 || qkv.size(2) == 0 || qkv.size(2) % (3 * heads) != 0) {
            throw new IllegalArgumentException(operation + ": wants qkv (N, T, 3 · heads · d), with " + heads
                    + " heads of a size d of at least 1, it is " + qkv.shape());
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException(
                    operation + ": dropout must be at least 0 and below 1, it is " + dropout);
        }
        return AttentionSizes.ofThread(qkv.size(0), qkv.size(1), heads, qkv.size(2) / (3 * heads))
                .dropping(dropout, seed);
    }

    private static void requireResults(
            String operation, Tensor qkv, AttentionSizes sizes, Tensor logarithms, Tensor out) {
        require(operation, "logarithms", logarithms, qkv.dtype());
        requireElements(operation, "logarithms", logarithms, sizes.batch() * sizes.heads(), sizes.queries());
        require(operation, "out", out, qkv.dtype());
        requireElements(operation, "out", out, sizes.batch() * sizes.queries(), sizes.width());
    }
}
