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

    private Update() {}

    /** target += factor · source; the product is rounded before the sum, as PyTorch's SGD rounds it. */
    public static void addScaled(Object target, double factor, Object source, int n) {
        ADD_SCALED.run(target, source, target, factor, 0, n);
    }

    /** target = keep · target + factor · source. */
    public static void blend(Object target, double keep, double factor, Object source, int n) {
        BLEND.run(target, source, target, keep, factor, n);
    }

    /** out = √(factor · x). */
    public static void scaledSquareRoot(Object x, double factor, Object out, int n) {
        SCALED_SQUARE_ROOT.run(x, x, out, factor, 0, n);
    }
}
