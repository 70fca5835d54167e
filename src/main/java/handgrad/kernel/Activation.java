package handgrad.kernel;

/** Backward loops of the activations; all arrays have n elements. */
public final class Activation {
    private Activation() {}

    /** dX = (1 - y²) ∘ dOut, where y = tanh x. */
    public static void tanhBackward(float[] y, float[] dOut, float[] dX, int n) {
        for (int i = 0; i < n; i++) {
            dX[i] = (1 - y[i] * y[i]) * dOut[i];
        }
    }

    /** As the float32 form, in float64. */
    public static void tanhBackward(double[] y, double[] dOut, double[] dX, int n) {
        for (int i = 0; i < n; i++) {
            dX[i] = (1 - y[i] * y[i]) * dOut[i];
        }
    }
}
