package handgrad.kernel;

/** In-place updates of n elements: optimiser steps and running averages. The arrays are all float[] or all double[]. */
public final class Update {
    private static final double ULP = 0x1p-23;

    private static final ElementwiseLoop ADD_SCALED = ElementwiseLoop.of(
            (_, source, target, factor, _, from, to) -> {
                float scale = (float) factor;
                for (int i = from; i < to; i++) {
                    target[i] += scale * source[i];
                }
            },
            (target, source, factor, _) -> target + factor * source);

    private static final ElementwiseLoop BLEND = ElementwiseLoop.of(
            (_, source, target, keep, factor, from, to) -> {
                float kept = (float) keep;
                float scale = (float) factor;
                for (int i = from; i < to; i++) {
                    target[i] = kept * target[i] + scale * source[i];
                }
            },
            (target, source, keep, factor) -> keep * target + factor * source);

    private static final ElementwiseLoop LERP = ElementwiseLoop.of(
            (_, source, target, weight, _, from, to) -> {
                float share = (float) weight;
                for (int i = from; i < to; i++) {
                    target[i] += share * (source[i] - target[i]);
                }
            },
            (target, source, weight, _) -> target + weight * (source - target));

    private static final ElementwiseLoop SCALED_SQUARE_ROOT = ElementwiseLoop.of(
            (x, _, out, factor, _, from, to) -> {
                float scale = (float) factor;
                for (int i = from; i < to; i++) {
                    double exact = (double) scale * x[i];
                    // Rounded to float32, but not to infinity or 0: the root is a number that float32 holds.
                    double product = Math.max((1 - ULP) * exact, Math.min(scale * x[i], (1 + ULP) * exact));
                    out[i] = (float) Math.sqrt(product);
                }
            },
            (x, _, factor, _) -> Math.sqrt(factor * x));

    private static final ElementwiseLoop LIMIT = ElementwiseLoop.of(
            (_, _, x, limit, _, from, to) -> {
                float most = (float) limit;
                for (int i = from; i < to; i++) {
                    x[i] = Math.max(-most, Math.min(most, x[i]));
                }
            },
            (x, _, limit, _) -> Math.max(-limit, Math.min(limit, x)));

    private Update() {}

    /** target += factor · source; the product is rounded before the sum, as PyTorch's SGD rounds it. */
    public static void addScaled(Object target, double factor, Object source, int n) {
        ADD_SCALED.run(target, source, target, factor, 0, n);
    }

    /** target = keep · target + factor · source. */
    public static void blend(Object target, double keep, double factor, Object source, int n) {
        BLEND.run(target, source, target, keep, factor, n);
    }

    /** target += weight · (source - target). */
    public static void lerp(Object target, double weight, Object source, int n) {
        LERP.run(target, source, target, weight, 0, n);
    }

    /** out = √(factor · x). */
    public static void scaledSquareRoot(Object x, double factor, Object out, int n) {
        SCALED_SQUARE_ROOT.run(x, x, out, factor, 0, n);
    }

    /** x = max(-limit, min(limit, x)). */
    public static void limit(Object x, double limit, int n) {
        LIMIT.run(x, x, x, limit, 0, n);
    }

    /** Σ x², added in float64 in four sums, so that additions do not wait for each other; on one thread. */
    public static double squaredNorm(Object x, int n) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int whole = n - n % 4;
        if (x instanceof float[] floats) {
            for (int i = 0; i < whole; i += 4) {
                a += square(floats[i]);
                b += square(floats[i + 1]);
                c += square(floats[i + 2]);
                d += square(floats[i + 3]);
            }
            for (int i = whole; i < n; i++) {
                a += square(floats[i]);
            }
        } else {
            double[] doubles = (double[]) x;
            for (int i = 0; i < n; i++) {
                a += square(doubles[i]);
            }
        }
        return (a + b) + (c + d);
    }

    private static double square(double x) {
        return x * x;
    }
}
