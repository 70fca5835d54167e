package handgrad.kernel;

import handgrad.kernel.runtime.Parallel;
import org.jspecify.annotations.Nullable;

/** The numbers of a step of RMSprop, in an object of each thread, as {@link AdamStep}. */
public final class RmsPropStep {
    private static final ThreadLocal<RmsPropStep> OF_THREAD = ThreadLocal.withInitial(RmsPropStep::new);

    private final RowLoop loop = new RowLoop(this::float32, this::float64);
    private double factor;
    private double alpha;
    private double decay;
    private double epsilon;
    private double momentum;
    private double rate;

    // The loop hands on four arrays; a step that wants these too finds them here.
    private @Nullable Object mean;
    private @Nullable Object velocity;

    private RmsPropStep() {}

    /** This thread's step with these numbers, which holds until the thread asks for the next. */
    public static RmsPropStep of(
            double factor, double alpha, double decay, double epsilon, double momentum, double rate) {
        var step = OF_THREAD.get();
        step.factor = factor;
        step.alpha = alpha;
        step.decay = decay;
        step.epsilon = epsilon;
        step.momentum = momentum;
        step.rate = rate;
        return step;
    }

    /**
     * One pass over n elements: g = factor · grad + decay · target, square = α square + (1 - α) g², u = g / (√square +
     * ε), target = target - rate · u. With a mean: mean = α mean + (1 - α) g, and u has √max(0, square - mean²). With a
     * velocity: velocity = momentum · velocity + u, and target = target - rate · velocity. The arrays are all float[]
     * or all double[].
     *
     * @param mean null for none
     * @param velocity null for none
     */
    public void run(
            Object target, Object grad, Object square, @Nullable Object mean, @Nullable Object velocity, int n) {
        this.mean = mean;
        this.velocity = velocity;
        loop.run(n, Parallel.BLOCK, 1, target, grad, square, square);
        this.mean = null;
        this.velocity = null;
    }

    private void float32(float[] target, float[] grad, float[] square, float[] same, int columns, int from, int to) {
        float @Nullable [] means = (float[]) mean;
        float @Nullable [] velocities = (float[]) velocity;
        float scaled = (float) factor;
        float kept = (float) alpha;
        float rest = (float) (1 - alpha);
        float decayed = (float) decay;
        float added = (float) epsilon;
        float keptVelocity = (float) momentum;
        float stepRate = (float) rate;
        for (int i = from; i < to; i++) {
            float g = scaled * grad[i] + decayed * target[i];
            float v = kept * square[i] + rest * g * g;
            square[i] = v;
            if (means != null) {
                float m = kept * means[i] + rest * g;
                means[i] = m;
                v = Math.max(0, v - m * m);
            }
            float u = g / ((float) Math.sqrt(v) + added);
            if (velocities != null) {
                u += keptVelocity * velocities[i];
                velocities[i] = u;
            }
            target[i] -= stepRate * u;
        }
    }

    private void float64(
            double[] target, double[] grad, double[] square, double[] same, int columns, int from, int to) {
        double @Nullable [] means = (double[]) mean;
        double @Nullable [] velocities = (double[]) velocity;
        double rest = 1 - alpha;
        for (int i = from; i < to; i++) {
            double g = factor * grad[i] + decay * target[i];
            double v = alpha * square[i] + rest * g * g;
            square[i] = v;
            if (means != null) {
                double m = alpha * means[i] + rest * g;
                means[i] = m;
                v = Math.max(0, v - m * m);
            }
            double u = g / (Math.sqrt(v) + epsilon);
            if (velocities != null) {
                u += momentum * velocities[i];
                velocities[i] = u;
            }
            target[i] -= rate * u;
        }
    }
}
