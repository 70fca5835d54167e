package handgrad.kernel;

import handgrad.kernel.runtime.Parallel;
import java.util.Arrays;

/**
 * Sums of the elements so far along one dimension of an array seen as (outer, n, inner), row-major. Each sum is kept in
 * float64 with what its additions have lost, which is added before it is rounded: the algorithm of Neumaier,
 * "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", ZAMM 54 (1974). So the error of a sum of i
 * elements is at most 2 u times itself, and i² · 2⁻¹⁰⁶ · Σ|x|. A sum that is infinite or NaN stays so.
 */
public final class CumulativeSum {
    private CumulativeSum() {}

    /** out[o, i, j] = Σ of x[o, 0 … i, j]; both are float[], or both double[]. */
    public static void of(Object x, int outer, int n, int inner, Object out) {
        Parallel.ranges(outer, Parallel.rows(Math.max(1, n * inner)), (from, to) -> {
            double[] sums = new double[inner];
            double[] lost = new double[inner];
            for (int o = from; o < to; o++) {
                Arrays.fill(sums, 0);
                Arrays.fill(lost, 0);
                for (int i = o * n; i < (o + 1) * n; i++) {
                    if (x instanceof float[] floats) {
                        addRow(floats, i * inner, sums, lost, (float[]) out);
                    } else {
                        addRow((double[]) x, i * inner, sums, lost, (double[]) out);
                    }
                }
            }
        });
    }

    private static void addRow(float[] x, int at, double[] sums, double[] lost, float[] out) {
        for (int j = 0; j < sums.length; j++) {
            out[at + j] = (float) add(x[at + j], sums, lost, j);
        }
    }

    private static void addRow(double[] x, int at, double[] sums, double[] lost, double[] out) {
        for (int j = 0; j < sums.length; j++) {
            out[at + j] = add(x[at + j], sums, lost, j);
        }
    }

    /** Adds a term, and returns the sum with what was lost. */
    private static double add(double term, double[] sums, double[] lost, int j) {
        double before = sums[j];
        double sum = before + term;
        lost[j] += Math.abs(before) >= Math.abs(term) ? before - sum + term : term - sum + before;
        sums[j] = sum;
        return Double.isFinite(sum) ? sum + lost[j] : sum;
    }
}
