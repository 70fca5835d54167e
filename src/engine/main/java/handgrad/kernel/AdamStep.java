package handgrad.kernel;

import handgrad.kernel.runtime.Parallel;

/**
 * The numbers of a step of Adam. They are too many to hand on one by one, so they travel in an object; each thread has
 * one and fills it anew, so that a step allocates nothing.
 */
public final class AdamStep {
    private static final ThreadLocal<AdamStep> OF_THREAD = ThreadLocal.withInitial(AdamStep::new);

    private final RowLoop loop = new RowLoop(this::float32, this::float64);
    private double factor;
    private double beta1;
    private double beta2;
    private double decay;
    private double keep;
    private double rate;
    private double scale;
    private double epsilon;

    private AdamStep() {}

    /** This thread's step with these numbers, which holds until the thread asks for the next. */
    public static AdamStep of(
            double factor,
            double beta1,
            double beta2,
            double decay,
            double keep,
            double rate,
            double scale,
            double epsilon) {
        var step = OF_THREAD.get();
        step.factor = factor;
        step.beta1 = beta1;
        step.beta2 = beta2;
        step.decay = decay;
        step.keep = keep;
        step.rate = rate;
        step.scale = scale;
        step.epsilon = epsilon;
        return step;
    }

    /**
     * One pass over n elements: g = factor · grad + decay · target, mean = β₁ mean + (1 - β₁) g, square = β₂ square +
     * (1 - β₂) g², target = keep · target - rate · mean / (√square · scale + ε). The arrays are all float[] or all
     * double[].
     */
    public void run(Object target, Object grad, Object mean, Object square, int n) {
        loop.run(n, Parallel.BLOCK, 1, target, grad, mean, square);
    }

    private void float32(float[] target, float[] grad, float[] mean, float[] square, int columns, int from, int to) {
        float scaled = (float) factor;
        float decay1 = (float) beta1;
        float decay2 = (float) beta2;
        // 1 - β is taken in float64, where β near 1 leaves it all its digits.
        float rest1 = (float) (1 - beta1);
        float rest2 = (float) (1 - beta2);
        float decayed = (float) decay;
        float kept = (float) keep;
        float stepRate = (float) rate;
        float rootScale = (float) scale;
        float added = (float) epsilon;
        for (int i = from; i < to; i++) {
            float g = scaled * grad[i] + decayed * target[i];
            float m = decay1 * mean[i] + rest1 * g;
            float v = decay2 * square[i] + rest2 * g * g;
            mean[i] = m;
            square[i] = v;
            target[i] = kept * target[i] - stepRate * m / ((float) Math.sqrt(v) * rootScale + added);
        }
    }

    private void float64(
            double[] target, double[] grad, double[] mean, double[] square, int columns, int from, int to) {
        double rest1 = 1 - beta1;
        double rest2 = 1 - beta2;
        for (int i = from; i < to; i++) {
            double g = factor * grad[i] + decay * target[i];
            double m = beta1 * mean[i] + rest1 * g;
            double v = beta2 * square[i] + rest2 * g * g;
            mean[i] = m;
            square[i] = v;
            target[i] = keep * target[i] - rate * m / (Math.sqrt(v) * scale + epsilon);
        }
    }
}
