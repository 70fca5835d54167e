package handgrad.kernel;

import handgrad.kernel.runtime.Parallel;
import java.util.Objects;
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

    // Four loops, because the compiler makes vectors of a loop without conditions only.

    private void float32(float[] target, float[] grad, float[] square, float[] same, int columns, int from, int to) {
        float @Nullable [] means = (float[]) mean;
        float @Nullable [] velocities = (float[]) velocity;
        if (means == null && velocities == null) {
            plain(target, grad, square, from, to);
        } else if (means == null) {
            withVelocity(target, grad, square, Objects.requireNonNull(velocities), from, to);
        } else if (velocities == null) {
            centered(target, grad, square, means, from, to);
        } else {
            centeredWithVelocity(target, grad, square, means, velocities, from, to);
        }
    }

    private void plain(float[] target, float[] grad, float[] square, int from, int to) {
        float rate32 = (float) rate;
        for (int i = from; i < to; i++) {
            float g = gradient(grad[i], target[i]);
            float v = averageSquare(square[i], g);
            square[i] = v;
            target[i] -= rate32 * slope(g, v);
        }
    }

    private void withVelocity(float[] target, float[] grad, float[] square, float[] velocities, int from, int to) {
        float rate32 = (float) rate;
        float momentum32 = (float) momentum;
        for (int i = from; i < to; i++) {
            float g = gradient(grad[i], target[i]);
            float v = averageSquare(square[i], g);
            float u = momentum32 * velocities[i] + slope(g, v);
            square[i] = v;
            velocities[i] = u;
            target[i] -= rate32 * u;
        }
    }

    private void centered(float[] target, float[] grad, float[] square, float[] means, int from, int to) {
        float rate32 = (float) rate;
        for (int i = from; i < to; i++) {
            float g = gradient(grad[i], target[i]);
            float v = averageSquare(square[i], g);
            float m = average(means[i], g);
            square[i] = v;
            means[i] = m;
            target[i] -= rate32 * slope(g, Math.max(0, v - m * m));
        }
    }

    private void centeredWithVelocity(
            float[] target, float[] grad, float[] square, float[] means, float[] velocities, int from, int to) {
        float rate32 = (float) rate;
        float momentum32 = (float) momentum;
        for (int i = from; i < to; i++) {
            float g = gradient(grad[i], target[i]);
            float v = averageSquare(square[i], g);
            float m = average(means[i], g);
            float u = momentum32 * velocities[i] + slope(g, Math.max(0, v - m * m));
            square[i] = v;
            means[i] = m;
            velocities[i] = u;
            target[i] -= rate32 * u;
        }
    }

    private float gradient(float grad, float value) {
        return (float) factor * grad + (float) decay * value;
    }

    private float average(float old, float next) {
        return (float) alpha * old + (float) (1 - alpha) * next;
    }

    private float averageSquare(float old, float next) {
        return (float) alpha * old + (float) (1 - alpha) * next * next;
    }

    private float slope(float gradient, float square) {
        return gradient / ((float) Math.sqrt(square) + (float) epsilon);
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
