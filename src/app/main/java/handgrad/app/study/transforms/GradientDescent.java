package handgrad.app.study.transforms;

import handgrad.nn.Linear;
import handgrad.optim.Sgd;
import handgrad.tensor.Tensor;
import java.util.function.DoubleUnaryOperator;

/**
 * Gradient descent on the least squares of a linear model y ≈ X · w, run as any training is: {@link Linear} forward and
 * backward and {@link Sgd}, in FLOAT64, with all rows at every step.
 */
final class GradientDescent {
    /** How far the error of the predictions has to fall. */
    static final double TARGET = 1e-6;

    /**
     * A step size is called stable if the loss is no larger after so many steps than it was at the start. A growth of
     * less than a factor of 2 in these is not seen, which is a step size too large by 2 parts in 100,000.
     */
    private static final int STABLE_STEPS = 10_000;

    private static final double DIVERGED = 1e3;
    private static final double BISECTION = 1e-5;

    private final Tensor x;
    private final Tensor y;

    /** A problem of n rows: X is (n, p), y (n, 1), both FLOAT64. */
    GradientDescent(Tensor x, Tensor y) {
        this.x = x;
        this.y = y;
    }

    /**
     * Told of the error before each step: √(loss / first loss). Where y is in reach, that is ‖X(w - w*)‖ over its
     * start.
     */
    @FunctionalInterface
    interface Listener {
        /** Returns whether to go on. */
        boolean step(long step, double error, Tensor weight);
    }

    /** Descends from these weights, (p, 1), until the listener has had enough. */
    void run(Tensor start, double lr, Listener listener) {
        var model = new Linear(start.copy(), null);
        var loss = new LeastSquaresLoss();
        var sgd = new Sgd(model.parameters());
        double first = loss.forward(model.forward(x), y);
        double value = first;
        for (long step = 0;
                listener.step(step, Math.sqrt(value / first), model.weight().value());
                step++) {
            sgd.zeroGrad();
            model.backward(loss.backward());
            sgd.step(lr);
            value = loss.forward(model.forward(x), y);
        }
    }

    /** How many steps the error takes to a millionth; -1 if it is not there after {@code limit} steps, or grows. */
    long steps(Tensor start, double lr, long limit) {
        long[] steps = {-1};
        run(start, lr, (step, error, _) -> {
            if (error <= TARGET) {
                steps[0] = step;
            }
            return error > TARGET && error < DIVERGED && step < limit;
        });
        return steps[0];
    }

    /** The largest step size at which the loss does not grow, to four digits, by bisection. */
    double largestStableStep(Tensor start) {
        return largest(lr -> {
            double[] last = {Double.NaN};
            run(start, lr, (step, error, _) -> {
                last[0] = error;
                return step < STABLE_STEPS && error < DIVERGED;
            });
            return last[0];
        });
    }

    /** The largest step size after which the error is at most 1; it is looked for from 1 on, up or down. */
    static double largest(DoubleUnaryOperator errorAfter) {
        double stable = 1;
        while (!(errorAfter.applyAsDouble(stable) <= 1)) {
            stable /= 2;
        }
        double unstable = 2 * stable;
        while (errorAfter.applyAsDouble(unstable) <= 1) {
            stable = unstable;
            unstable *= 2;
        }
        while (unstable - stable > BISECTION * stable) {
            double middle = (stable + unstable) / 2;
            if (errorAfter.applyAsDouble(middle) <= 1) {
                stable = middle;
            } else {
                unstable = middle;
            }
        }
        return stable;
    }
}
