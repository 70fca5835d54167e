package handgrad.kernel;

import handgrad.kernel.runtime.Parallel;

/** The numbers of a step of gradient descent with momentum, in an object of each thread, as {@link AdamStep}. */
public final class MomentumStep {
    private static final ThreadLocal<MomentumStep> OF_THREAD = ThreadLocal.withInitial(MomentumStep::new);

    private final RowLoop loop = new RowLoop(this::float32, this::float64);
    private double factor;
    private double momentum;
    private double share;
    private double decay;
    private double ofGradient;
    private double ofVelocity;

    private MomentumStep() {}

    /** This thread's step with these numbers, which holds until the thread asks for the next. */
    public static MomentumStep of(
            double factor, double momentum, double share, double decay, boolean nesterov, double rate) {
        var step = OF_THREAD.get();
        step.factor = factor;
        step.momentum = momentum;
        step.share = share;
        step.decay = decay;
        step.ofGradient = nesterov ? rate : 0;
        step.ofVelocity = nesterov ? rate * momentum : rate;
        return step;
    }

    /**
     * One pass over n elements: g = factor · grad + decay · target, velocity = momentum · velocity + share · g, and
     * target = target - rate · velocity or, with Nesterov's momentum, target - rate · (g + momentum · velocity). The
     * arrays are all float[] or all double[].
     */
    public void run(Object target, Object grad, Object velocity, int n) {
        loop.run(n, Parallel.BLOCK, 1, target, grad, velocity, velocity);
    }

    private void float32(float[] target, float[] grad, float[] velocity, float[] same, int columns, int from, int to) {
        float scaled = (float) factor;
        float kept = (float) momentum;
        float added = (float) share;
        float decayed = (float) decay;
        float gradientRate = (float) ofGradient;
        float velocityRate = (float) ofVelocity;
        for (int i = from; i < to; i++) {
            float g = scaled * grad[i] + decayed * target[i];
            float v = kept * velocity[i] + added * g;
            velocity[i] = v;
            target[i] -= gradientRate * g + velocityRate * v;
        }
    }

    private void float64(
            double[] target, double[] grad, double[] velocity, double[] same, int columns, int from, int to) {
        for (int i = from; i < to; i++) {
            double g = factor * grad[i] + decay * target[i];
            double v = momentum * velocity[i] + share * g;
            velocity[i] = v;
            target[i] -= ofGradient * g + ofVelocity * v;
        }
    }
}
