package handgrad.kernel.attention;

import handgrad.kernel.Reduction;
import handgrad.kernel.matmul.MatrixProduct;
import handgrad.kernel.matmul.Product;
import handgrad.kernel.route.Form;
import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.VectorSupport;

/**
 * Causal self-attention of all heads: for each head, with d its size and row i of P over the columns j ≤ i alone,
 *
 * <pre>
 * S = q kᵀ / √d;  P = softmax(S);  out = P v
 * </pre>
 *
 * <p><b>Memory.</b> The probabilities of all heads, (batch, heads, T, T), would be the largest array of a model.
 * Forward keeps the logarithm of each row's divisor in their place, and backward computes P again from q, k and that: P
 * = exp(S - logarithm). The sum over a row that the gradient of a softmax takes is a product of what is there already:
 * Σ_j P_ij dP_ij = Σ out_i ∘ dOut_i (Dao et al. 2022, https://arxiv.org/abs/2205.14135).
 *
 * <p><b>Tiles.</b> A head is done in tiles of some queries, against the keys up to the last of them; so the half of S
 * above the diagonal is left out but for the corners of the tiles, and S, P and dP of a tile stay in the second-level
 * cache. q, k and v are read where the layer before wrote them, side by side in rows of 3 · width.
 *
 * <p><b>Threads</b> share the heads. A head is done by one thread, its tiles in a fixed order, so the bits do not
 * depend on how many there are. Its products are Java's own, where there are vectors: threads would wait for each other
 * in OpenBLAS.
 *
 * <p><b>Error.</b> In float32 a product adds in the order of its kernel, S is rounded once more by its scale, and an
 * exponential and a sum have the errors of {@link handgrad.kernel.SoftmaxRows}. Backward's P has that of S - logarithm
 * in its exponent, |S| · 2⁻²⁴, beside it. Float64 is by plain loops on one thread.
 */
public final class CausalAttention {
    /** Queries in a tile, at most, and elements of a tile's S: 256 KiB. */
    private static final int TILE = 64;

    private static final int TILE_ELEMENTS = 1 << 16;

    private static final int LEAST_TILE = 8;

    /** Multiply-adds of the heads that a thread does at a time, at least. */
    private static final long BLOCK_WORK = 1L << 19;

    private CausalAttention() {}

    /**
     * out and logarithms of the queries.
     *
     * @param qkv (batch, capacity, 3, heads, d): of each position q, k and v; float[] or double[], as all others
     * @param logarithms (batch, heads, queries), written: ln Σ exp(S) of each row
     * @param out (batch, queries, heads, d), written
     */
    public static void forward(AttentionSizes sizes, Object qkv, Object logarithms, Object out) {
        if (qkv instanceof double[] doubles) {
            ScalarAttention.forward(sizes, doubles, (double[]) logarithms, (double[]) out);
            return;
        }
        forward(sizes, (float[]) qkv, (float[]) logarithms, (float[]) out);
    }

    private static void forward(AttentionSizes sizes, float[] qkv, float[] logarithms, float[] out) {
        int heads = sizes.allHeads();
        int length = headsAtATime(sizes);
        if (heads <= length) {
            forward(sizes, 0, heads, qkv, logarithms, out);
        } else {
            Parallel.evenRanges(heads, length, (from, to) -> forward(sizes, from, to, qkv, logarithms, out));
        }
    }

    /**
     * The gradients, with logarithms and out as {@link #forward} wrote them for all positions.
     *
     * <pre>
     * dV = Pᵀ dOut;  dP = dOut vᵀ;  dS = P ∘ (dP - Σ out ∘ dOut) / √d;  dQ = dS k;  dK = dSᵀ q
     * </pre>
     *
     * With dropout, P is the masked one in dV, and dP is masked as it is.
     *
     * @param dOut (batch, T, heads, d)
     * @param dQkv (batch, T, 3, heads, d), written
     */
    public static void backward(
            AttentionSizes sizes, Object qkv, Object logarithms, Object out, Object dOut, Object dQkv) {
        if (qkv instanceof double[] doubles) {
            ScalarAttention.backward(
                    sizes, doubles, (double[]) logarithms, (double[]) out, (double[]) dOut, (double[]) dQkv);
            return;
        }
        backward(sizes, (float[]) qkv, (float[]) logarithms, (float[]) out, (float[]) dOut, (float[]) dQkv);
    }

    private static void backward(
            AttentionSizes sizes, float[] qkv, float[] logarithms, float[] out, float[] dOut, float[] dQkv) {
        int heads = sizes.allHeads();
        int length = headsAtATime(sizes);
        if (heads <= length) {
            backward(sizes, 0, heads, qkv, logarithms, out, dOut, dQkv);
        } else {
            Parallel.evenRanges(
                    heads, length, (from, to) -> backward(sizes, from, to, qkv, logarithms, out, dOut, dQkv));
        }
    }

    /** How many heads a thread does at a time: more than one where they are small. */
    private static int headsAtATime(AttentionSizes sizes) {
        long work = Math.max(1, 2L * sizes.queries() * sizes.to() * sizes.headSize());
        return Math.clamp(BLOCK_WORK / work, 1, Integer.MAX_VALUE);
    }

    private static int tileRows(int keys) {
        return Math.clamp(TILE_ELEMENTS / Math.max(1, keys), LEAST_TILE, TILE);
    }

    private static void forward(
            AttentionSizes sizes, int first, int end, float[] qkv, float[] logarithms, float[] out) {
        for (int head = first; head < end; head++) {
            forward(sizes, head, qkv, logarithms, out);
        }
    }

    private static void forward(AttentionSizes sizes, int head, float[] qkv, float[] logarithms, float[] out) {
        int d = sizes.headSize();
        int ld = 3 * sizes.width();
        int q = sizes.qkvOffset(head);
        int k = q + sizes.width();
        int v = k + sizes.width();
        int step = tileRows(sizes.to());
        var tile = AttentionTile.ofThread(step, sizes.to());
        for (int i = sizes.from(); i < sizes.to(); i += step) {
            int rows = Math.min(step, sizes.to() - i);
            int keys = i + rows;
            tile.set(rows, keys, i);
            float[] p = tile.p();
            multiply(product(Form.NT, rows, keys, d).a(q + i * ld, ld).b(k, ld).c(0, tile.stride()), qkv, qkv, p);
            int at = sizes.logarithmOffset(head) + i - sizes.from();
            tile.softmax(sizes.scale(), logarithms, at);
            if (sizes.drops()) {
                tile.drop(p, sizes, head);
            }
            int outOffset = sizes.outOffset(head, i - sizes.from());
            multiply(
                    product(Form.NN, rows, d, keys).a(0, tile.stride()).b(v, ld).c(outOffset, sizes.width()),
                    p,
                    qkv,
                    out);
        }
    }

    private static void backward(
            AttentionSizes sizes,
            int first,
            int end,
            float[] qkv,
            float[] logarithms,
            float[] out,
            float[] dOut,
            float[] dQkv) {
        for (int head = first; head < end; head++) {
            backward(sizes, head, qkv, logarithms, out, dOut, dQkv);
        }
    }

    private static void backward(
            AttentionSizes sizes, int head, float[] qkv, float[] logarithms, float[] out, float[] dOut, float[] dQkv) {
        int d = sizes.headSize();
        int width = sizes.width();
        int ld = 3 * width;
        int q = sizes.qkvOffset(head);
        int k = q + width;
        int v = k + width;
        int length = sizes.to();
        int step = tileRows(length);
        var tile = AttentionTile.ofThread(step, length);
        // The last tile comes first: it reaches all keys, so it writes their gradients and the others add to them.
        for (int i = (length - 1) / step * step; i >= 0; i -= step) {
            int rows = Math.min(step, length - i);
            int keys = i + rows;
            boolean add = keys < length;
            tile.set(rows, keys, i);
            float[] p = tile.p();
            float[] dP = tile.dP();
            int stride = tile.stride();
            int outOffset = sizes.outOffset(head, i);
            multiply(product(Form.NT, rows, keys, d).a(q + i * ld, ld).b(k, ld).c(0, stride), qkv, qkv, p);
            tile.probabilities(sizes.scale(), logarithms, sizes.logarithmOffset(head) + i);
            multiply(
                    product(Form.NT, rows, keys, d).a(outOffset, width).b(v, ld).c(0, stride), dOut, qkv, dP);
            float[] dropped = p;
            if (sizes.drops()) {
                dropped = tile.dropped();
                tile.drop(dropped, sizes, head);
                tile.drop(dP, sizes, head);
            }
            multiply(
                    product(Form.TN, keys, d, rows)
                            .a(0, stride)
                            .b(outOffset, width)
                            .c(v, ld)
                            .accumulate(add),
                    dropped,
                    dOut,
                    dQkv);
            tile.scoreGradient(sizes, out, dOut, outOffset);
            multiply(product(Form.NN, rows, d, keys).a(0, stride).b(k, ld).c(q + i * ld, ld), dP, qkv, dQkv);
            multiply(
                    product(Form.TN, keys, d, rows)
                            .a(0, stride)
                            .b(q + i * ld, ld)
                            .c(k, ld)
                            .accumulate(add),
                    dP,
                    qkv,
                    dQkv);
        }
    }

    private static Product product(Form form, int m, int n, int k) {
        return Product.ofThread(form, m, n, k);
    }

    private static void multiply(Product product, float[] a, float[] b, float[] c) {
        MatrixProduct.multiplyInThread(product, a, b, c);
    }

    /** Σ of out ∘ dOut over a row of d, in the order of {@link Reduction#sum}. */
    static float rowSum(float[] out, float[] dOut, int offset, int d, float[] work) {
        int done = VectorSupport.fill(d) ? VectorAttention.products(out, dOut, offset, d, work) : 0;
        for (int j = done; j < d; j++) {
            work[j] = out[offset + j] * dOut[offset + j];
        }
        return (float) Reduction.sum(work, 0, d);
    }
}
