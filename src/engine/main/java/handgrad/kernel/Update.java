package handgrad.kernel;

import handgrad.kernel.runtime.Parallel;

/** In-place updates of n elements: optimiser steps and running averages. */
public final class Update {
    private Update() {}

    /** target += factor · source; the product is rounded before the sum, as PyTorch's SGD rounds it. */
    public static void addScaled(float[] target, float factor, float[] source, int n) {
        if (n <= Parallel.BLOCK) {
            addScaled(target, factor, source, 0, n);
        } else {
            Parallel.ranges(n, Parallel.BLOCK, (from, to) -> addScaled(target, factor, source, from, to));
        }
    }

    private static void addScaled(float[] target, float factor, float[] source, int from, int to) {
        for (int i = from; i < to; i++) {
            target[i] += factor * source[i];
        }
    }

    /** As the float32 form, in float64. */
    public static void addScaled(double[] target, double factor, double[] source, int n) {
        for (int i = 0; i < n; i++) {
            target[i] += factor * source[i];
        }
    }

    /** target = keep · target + factor · source. */
    public static void blend(float[] target, float keep, float factor, float[] source, int n) {
        if (n <= Parallel.BLOCK) {
            blend(target, keep, factor, source, 0, n);
        } else {
            Parallel.ranges(n, Parallel.BLOCK, (from, to) -> blend(target, keep, factor, source, from, to));
        }
    }

    private static void blend(float[] target, float keep, float factor, float[] source, int from, int to) {
        for (int i = from; i < to; i++) {
            target[i] = keep * target[i] + factor * source[i];
        }
    }

    /** As the float32 form, in float64. */
    public static void blend(double[] target, double keep, double factor, double[] source, int n) {
        for (int i = 0; i < n; i++) {
            target[i] = keep * target[i] + factor * source[i];
        }
    }

    /** out = √(factor · x). */
    public static void scaledSquareRoot(float[] x, float factor, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = (float) Math.sqrt(factor * x[i]);
        }
    }

    /** As the float32 form, in float64. */
    public static void scaledSquareRoot(double[] x, double factor, double[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = Math.sqrt(factor * x[i]);
        }
    }

    /**
     * A step of Adam in one pass: mean = β₁ mean + rest₁ grad, square = β₂ square + rest₂ grad², target = keep · target - rate
     * · mean / (√square · scale + ε). The rests, 1 - β, come from float64, where β near 1 leaves them all their digits.
     */
    public static void adam(
            float[] target,
            float[] grad,
            float[] mean,
            float[] square,
            float beta1,
            float rest1,
            float beta2,
            float rest2,
            float keep,
            float rate,
            float scale,
            float epsilon,
            int n) {
        if (n <= Parallel.BLOCK) {
            adam(target, grad, mean, square, beta1, rest1, beta2, rest2, keep, rate, scale, epsilon, 0, n);
        } else {
            Parallel.ranges(
                    n,
                    Parallel.BLOCK,
                    (from, to) -> adam(
                            target, grad, mean, square, beta1, rest1, beta2, rest2, keep, rate, scale, epsilon, from,
                            to));
        }
    }

    private static void adam(
            float[] target,
            float[] grad,
            float[] mean,
            float[] square,
            float beta1,
            float rest1,
            float beta2,
            float rest2,
            float keep,
            float rate,
            float scale,
            float epsilon,
            int from,
            int to) {
        for (int i = from; i < to; i++) {
            float g = grad[i];
            float m = beta1 * mean[i] + rest1 * g;
            float v = beta2 * square[i] + rest2 * g * g;
            mean[i] = m;
            square[i] = v;
            target[i] = keep * target[i] - rate * m / ((float) Math.sqrt(v) * scale + epsilon);
        }
    }

    /** As the float32 form, in float64. */
    public static void adam(
            double[] target,
            double[] grad,
            double[] mean,
            double[] square,
            double beta1,
            double rest1,
            double beta2,
            double rest2,
            double keep,
            double rate,
            double scale,
            double epsilon,
            int n) {
        for (int i = 0; i < n; i++) {
            double g = grad[i];
            double m = beta1 * mean[i] + rest1 * g;
            double v = beta2 * square[i] + rest2 * g * g;
            mean[i] = m;
            square[i] = v;
            target[i] = keep * target[i] - rate * m / (Math.sqrt(v) * scale + epsilon);
        }
    }
}
