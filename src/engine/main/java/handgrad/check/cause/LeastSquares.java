package handgrad.check.cause;

import org.jspecify.annotations.Nullable;

/** Writes a vector as a sum of multiples of a few others, by modified Gram-Schmidt. */
final class LeastSquares {
    /** A vector that is this much shorter once the others are taken out of it is a combination of them. */
    private static final double DEPENDENT = 1e-7;

    private LeastSquares() {}

    /**
     * The factors of the basis, or null where a basis vector depends on the others or the rest is too large. A basis
     * vector of zeros has the factor 0.
     *
     * @param largestRest the most that an element of target may differ from the sum
     */
    static double @Nullable [] solve(double[][] basis, double[] target, double largestRest) {
        int count = basis.length;
        double[][] orthogonal = new double[count][];
        double[][] r = new double[count][count];
        double[] projections = new double[count];
        double[] rest = target.clone();
        for (int k = 0; k < count; k++) {
            double[] q = basis[k].clone();
            double length = dot(q, q);
            orthogonal[k] = q;
            if (length == 0) {
                continue;
            }
            for (int j = 0; j < k; j++) {
                r[j][k] = dot(orthogonal[j], q) / Math.max(dot(orthogonal[j], orthogonal[j]), Double.MIN_NORMAL);
                subtract(r[j][k], orthogonal[j], q);
            }
            if (!(dot(q, q) > DEPENDENT * DEPENDENT * length)) {
                return null;
            }
            projections[k] = dot(q, rest) / dot(q, q);
            subtract(projections[k], q, rest);
        }
        for (double left : rest) {
            if (!(Math.abs(left) <= largestRest)) {
                return null;
            }
        }
        double[] factors = projections;
        for (int k = count - 1; k >= 0; k--) {
            for (int j = k + 1; j < count; j++) {
                factors[k] -= r[k][j] * factors[j];
            }
        }
        return factors;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static void subtract(double factor, double[] b, double[] a) {
        for (int i = 0; i < a.length; i++) {
            a[i] -= factor * b[i];
        }
    }
}
