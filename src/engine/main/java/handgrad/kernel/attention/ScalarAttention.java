package handgrad.kernel.attention;

import java.util.Arrays;

/** Attention by plain loops, in float64. */
final class ScalarAttention {
    private ScalarAttention() {}

    /** See {@link CausalAttention#forward}. */
    static void forward(AttentionSizes sizes, double[] qkv, double[] logarithms, double[] out) {
        int d = sizes.headSize();
        int ld = 3 * sizes.width();
        double[] p = new double[sizes.to()];
        for (int head = 0; head < sizes.allHeads(); head++) {
            int v = sizes.qkvOffset(head) + 2 * sizes.width();
            for (int i = sizes.from(); i < sizes.to(); i++) {
                logarithms[sizes.logarithmOffset(head) + i - sizes.from()] = probabilities(sizes, head, i, qkv, p);
                int at = sizes.outOffset(head, i - sizes.from());
                Arrays.fill(out, at, at + d, 0);
                for (int j = 0; j <= i; j++) {
                    double kept = sizes.drops() ? p[j] * sizes.keep(head, i, j) : p[j];
                    for (int c = 0; c < d; c++) {
                        out[at + c] += kept * qkv[v + j * ld + c];
                    }
                }
            }
        }
    }

    /** Row i of P, and ln Σ exp(S). */
    private static double probabilities(AttentionSizes sizes, int head, int i, double[] qkv, double[] p) {
        int d = sizes.headSize();
        int ld = 3 * sizes.width();
        int q = sizes.qkvOffset(head) + i * ld;
        int k = sizes.qkvOffset(head) + sizes.width();
        double largest = Double.NEGATIVE_INFINITY;
        for (int j = 0; j <= i; j++) {
            double sum = 0;
            for (int c = 0; c < d; c++) {
                sum += qkv[q + c] * qkv[k + j * ld + c];
            }
            p[j] = sum / Math.sqrt(d);
            largest = Math.max(largest, p[j]);
        }
        double divisor = 0;
        for (int j = 0; j <= i; j++) {
            p[j] = StrictMath.exp(p[j] - largest);
            divisor += p[j];
        }
        for (int j = 0; j <= i; j++) {
            p[j] /= divisor;
        }
        return largest + StrictMath.log(divisor);
    }

    /** See {@link CausalAttention#backward}; P comes from q and k once more, the logarithms are not needed. */
    static void backward(
            AttentionSizes sizes, double[] qkv, double[] logarithms, double[] out, double[] dOut, double[] dQkv) {
        int d = sizes.headSize();
        int ld = 3 * sizes.width();
        double root = Math.sqrt(d);
        double[] p = new double[sizes.to()];
        Arrays.fill(dQkv, 0);
        for (int head = 0; head < sizes.allHeads(); head++) {
            int q = sizes.qkvOffset(head);
            int k = q + sizes.width();
            int v = k + sizes.width();
            for (int i = 0; i < sizes.to(); i++) {
                probabilities(sizes, head, i, qkv, p);
                int at = sizes.outOffset(head, i);
                double product = 0;
                for (int c = 0; c < d; c++) {
                    product += out[at + c] * dOut[at + c];
                }
                for (int j = 0; j <= i; j++) {
                    double keep = sizes.drops() ? sizes.keep(head, i, j) : 1;
                    double dP = 0;
                    for (int c = 0; c < d; c++) {
                        dP += dOut[at + c] * qkv[v + j * ld + c];
                        dQkv[v + j * ld + c] += p[j] * keep * dOut[at + c];
                    }
                    double dS = p[j] * (dP * keep - product) / root;
                    for (int c = 0; c < d; c++) {
                        dQkv[q + i * ld + c] += dS * qkv[k + j * ld + c];
                        dQkv[k + j * ld + c] += dS * qkv[q + i * ld + c];
                    }
                }
            }
        }
    }
}
