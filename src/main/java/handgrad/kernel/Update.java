package handgrad.kernel;

/** In-place updates of n elements: optimiser steps and running averages. */
public final class Update {
    private Update() {}

    /** target += factor · source; the product is rounded before the sum, as PyTorch's SGD rounds it. */
    public static void addScaled(float[] target, float factor, float[] source, int n) {
        for (int i = 0; i < n; i++) {
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
        for (int i = 0; i < n; i++) {
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
}
