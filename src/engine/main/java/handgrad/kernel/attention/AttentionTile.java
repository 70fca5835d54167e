package handgrad.kernel.attention;

import handgrad.kernel.Reduction;
import handgrad.kernel.SoftmaxRows;
import handgrad.kernel.runtime.VectorSupport;
import java.util.Arrays;

/**
 * Some queries of a head against the keys that they see: S, then P, and their gradients, (rows, stride). A row is
 * filled up to whole vectors; where a query does not see a key, S is -∞ and P is 0. Each thread has one.
 */
final class AttentionTile {
    private static final ThreadLocal<AttentionTile> OF_THREAD = ThreadLocal.withInitial(AttentionTile::new);

    private float[] p = {};
    private float[] dP = {};
    private float[] dropped = {};
    private float[] work = {};
    private int rows;
    private int first;
    private int stride;

    private AttentionTile() {}

    /** That of this thread, with room for so many queries and keys. */
    static AttentionTile ofThread(int rows, int keys) {
        var tile = OF_THREAD.get();
        int length = rows * stride(keys);
        if (tile.p.length < length) {
            tile.p = new float[length];
            tile.dP = new float[length];
        }
        return tile;
    }

    /** Whole vectors, of any width. */
    private static int stride(int keys) {
        return Math.ceilDiv(keys, 16) * 16;
    }

    /** Sets the sizes; {@code first} is the position of the first query. */
    void set(int rows, int keys, int first) {
        this.rows = rows;
        this.first = first;
        stride = stride(keys);
    }

    int stride() {
        return stride;
    }

    float[] p() {
        return p;
    }

    float[] dP() {
        return dP;
    }

    /** A copy of P. */
    float[] dropped() {
        if (dropped.length < p.length) {
            dropped = new float[p.length];
        }
        System.arraycopy(p, 0, dropped, 0, rows * stride);
        return dropped;
    }

    /** S becomes P = softmax(scale · S), row by row, and logarithms[at + row] = ln Σ exp(scale · S). */
    void softmax(float scale, float[] logarithms, int at) {
        hide();
        for (int row = 0; row < rows; row++) {
            int start = row * stride;
            int seen = first + row + 1;
            float largest = scale * largest(start, stride(seen));
            logarithms[at + row] = largest;
            exponentials(start, seen, scale, largest);
        }
        // Afterwards, because the processor cannot read back at once what was just written in other vectors.
        for (int row = 0; row < rows; row++) {
            int start = row * stride;
            int seen = first + row + 1;
            double sum = Reduction.sum(p, start, seen);
            logarithms[at + row] = (float) (logarithms[at + row] + StrictMath.log(sum));
            multiply(start, stride(seen), (float) (1 / sum));
            if (Double.isNaN(sum)) {
                // The keys that are not seen must not learn of it.
                Arrays.fill(p, start + seen, start + stride(seen), 0f);
            }
        }
    }

    /** S becomes P = exp(scale · S - logarithms[at + row]). */
    void probabilities(float scale, float[] logarithms, int at) {
        hide();
        for (int row = 0; row < rows; row++) {
            exponentials(row * stride, first + row + 1, scale, logarithms[at + row]);
        }
    }

    /** dP becomes dS = P ∘ (dP - Σ out ∘ dOut) · scale, where the sum is over a query's row of out. */
    void scoreGradient(AttentionSizes sizes, float[] out, float[] dOut, int outOffset) {
        int d = sizes.headSize();
        if (work.length < d) {
            work = new float[d];
        }
        for (int row = 0; row < rows; row++) {
            float sum = CausalAttention.rowSum(out, dOut, outOffset + row * sizes.width(), d, work);
            scoreGradient(row * stride, first + row + 1, sum, sizes.scale());
        }
    }

    /** Multiplies by the mask of dropout. */
    void drop(float[] values, AttentionSizes sizes, int head) {
        for (int row = 0; row < rows; row++) {
            for (int key = 0; key <= first + row; key++) {
                values[row * stride + key] *= sizes.keep(head, first + row, key);
            }
        }
    }

    /** S becomes -∞ for the keys that fill the last vector of a row behind those that are seen. */
    private void hide() {
        for (int row = 0; row < rows; row++) {
            int seen = first + row + 1;
            Arrays.fill(p, row * stride + seen, row * stride + stride(seen), Float.NEGATIVE_INFINITY);
        }
    }

    /**
     * S becomes exp(scale · S - shift) for the n keys that are seen, and 0 for the hidden. There is no loop here: its
     * turns would have C2 compile this method before it has counted enough calls of the vector functions to inline
     * them, and then every vector would be an object.
     */
    private void exponentials(int start, int n, float scale, float shift) {
        int end = stride(n);
        multiply(start, end, scale);
        SoftmaxRows.exponentials(p, start, end, shift, p);
        // Also those behind n, where a shift of NaN made them so.
        Arrays.fill(p, start + n, start + stride, 0f);
    }

    /** The largest of n elements, which fill whole vectors. */
    private float largest(int start, int n) {
        if (VectorSupport.ENABLED) {
            return VectorAttention.largest(p, start, n);
        }
        float largest = p[start];
        for (int j = start + 1; j < start + n; j++) {
            largest = Math.max(largest, p[j]);
        }
        return largest;
    }

    /** Multiplies n elements, which fill whole vectors. */
    private void multiply(int start, int n, float factor) {
        if (VectorSupport.ENABLED) {
            VectorAttention.multiply(p, start, n, factor);
            return;
        }
        for (int j = start; j < start + n; j++) {
            p[j] *= factor;
        }
    }

    /** The rest of the row is set to 0 as well: it is multiplied by keys. */
    private void scoreGradient(int start, int n, float sum, float scale) {
        if (VectorSupport.ENABLED) {
            VectorAttention.scoreGradient(p, dP, start, stride(n), sum, scale);
        } else {
            for (int j = start; j < start + n; j++) {
                dP[j] = p[j] * (dP[j] - sum) * scale;
            }
        }
        Arrays.fill(dP, start + n, start + stride, 0f);
    }
}
