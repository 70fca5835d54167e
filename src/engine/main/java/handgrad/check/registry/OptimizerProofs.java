package handgrad.check.registry;

import handgrad.tensor.Tensor;
import handgrad.tensor.Updates;
import java.util.Arrays;
import java.util.List;

/** The operations of {@link Updates} that optimisers need: a step has no gradient, so its values are proved. */
final class OptimizerProofs {
    private static final Tensor TWO = Tensor.zeros(2);
    private static final Tensor THREE = Tensor.zeros(3);
    private static final double GRAD_FACTOR = 0.75;
    private static final double LR = 0.01;
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-3;
    private static final double WEIGHT_DECAY = 0.5;
    private static final double MOMENTUM = 0.9;
    private static final double DAMPENING = 0.25;
    private static final double ALPHA = 0.9;

    private final Draw draw = new Draw(31);

    List<Proof> proofs() {
        return List.of(adam(), adamW(), momentum(), rmsProp(), limit(), squaredNorm());
    }

    /** The new value, mean and square of Adam one after the other; an optimiser's step has no gradient. */
    private static Computation adam(boolean decoupled, int step) {
        return new Computation(
                x -> {
                    var value = x[0].copy();
                    var mean = x[2].copy();
                    var square = x[3].copy();
                    adam(decoupled, value, x[1], mean, square, step);
                    return Tensor.cat(0, value.reshape(-1), mean.reshape(-1), square.reshape(-1));
                },
                null,
                new Definition(
                        x -> adam(x, decoupled, step, -1),
                        _ -> decoupled ? 8 : 32,
                        x -> adam(absolute(x), decoupled, step, 1)));
    }

    private static void adam(boolean decoupled, Tensor value, Tensor grad, Tensor mean, Tensor square, int step) {
        if (decoupled) {
            Updates.adamW(value, grad, GRAD_FACTOR, mean, square, LR, BETA1, BETA2, EPSILON, WEIGHT_DECAY, step);
        } else {
            Updates.adam(value, grad, GRAD_FACTOR, mean, square, LR, BETA1, BETA2, EPSILON, WEIGHT_DECAY, step);
        }
    }

    private static Tensor[] absolute(Tensor[] x) {
        return Arrays.stream(x).map(Tensor::abs).toArray(Tensor[]::new);
    }

    /** The definition; with sign 1 instead of -1 the sum of the absolute terms, of absolute inputs. */
    private static Tensor adam(Tensor[] x, boolean decoupled, int step, int sign) {
        int n = x[0].shape().elements();
        double[] out = new double[3 * n];
        for (int i = 0; i < n; i++) {
            double value = x[0].getFlat(i);
            double grad = GRAD_FACTOR * x[1].getFlat(i) + (decoupled ? 0 : WEIGHT_DECAY * value);
            double mean = BETA1 * x[2].getFlat(i) + (1 - BETA1) * grad;
            double square = BETA2 * x[3].getFlat(i) + (1 - BETA2) * grad * grad;
            double slope =
                    mean / (1 - Math.pow(BETA1, step)) / (Math.sqrt(square / (1 - Math.pow(BETA2, step))) + EPSILON);
            out[i] = (decoupled ? 1 - LR * WEIGHT_DECAY : 1) * value + sign * LR * slope;
            out[n + i] = mean;
            out[2 * n + i] = square;
        }
        return Tensor.of(out, 3 * n);
    }

    private Proof adam() {
        return adam(false)
                .refuses(
                        "adam: square is FLOAT32 (3), wants FLOAT32 (2)",
                        () -> Updates.adam(TWO, TWO, 1, TWO, THREE, 1, 0, 0, 1, 0, 1));
    }

    private Proof adamW() {
        return adam(true)
                .refuses(
                        "adamW: mean is FLOAT32 (3), wants FLOAT32 (2)",
                        () -> Updates.adamW(TWO, TWO, 1, THREE, TWO, 1, 0, 0, 1, 0, 1));
    }

    private Proof adam(boolean decoupled) {
        var operation = Proof.named(decoupled ? "Updates.adamW" : "Updates.adam");
        int step = 1;
        for (var value : Draw.shapes(draw::normal)) {
            int[] sizes = value.shape().toArray();
            operation = operation.sample(
                    adam(decoupled, step++), value, draw.normal(sizes), draw.normal(sizes), draw.positive(sizes));
        }
        return operation;
    }

    /** The new value and velocity one after the other. */
    private static Computation momentum(boolean nesterov, int step) {
        double share = step == 1 ? 1 : 1 - DAMPENING;
        return new Computation(
                x -> {
                    var value = x[0].copy();
                    var velocity = x[2].copy();
                    Updates.momentum(
                            value, x[1], GRAD_FACTOR, velocity, LR, MOMENTUM, DAMPENING, nesterov, WEIGHT_DECAY, step);
                    return Tensor.cat(0, value.reshape(-1), velocity.reshape(-1));
                },
                null,
                new Definition(
                        x -> momentum(x, nesterov, share, -1), _ -> 8, x -> momentum(absolute(x), nesterov, share, 1)));
    }

    private static Tensor momentum(Tensor[] x, boolean nesterov, double share, int sign) {
        int n = x[0].shape().elements();
        double[] out = new double[2 * n];
        for (int i = 0; i < n; i++) {
            double grad = GRAD_FACTOR * x[1].getFlat(i) + WEIGHT_DECAY * x[0].getFlat(i);
            double velocity = MOMENTUM * x[2].getFlat(i) + share * grad;
            out[i] = x[0].getFlat(i) + sign * LR * (nesterov ? grad + MOMENTUM * velocity : velocity);
            out[n + i] = velocity;
        }
        return Tensor.of(out, 2 * n);
    }

    private Proof momentum() {
        var operation = Proof.named("Updates.momentum")
                .refuses(
                        "momentum: velocity is FLOAT32 (3), wants FLOAT32 (2)",
                        () -> Updates.momentum(TWO, TWO, 1, THREE, 1, 0.9, 0, false, 0, 1));
        int step = 1;
        for (var value : Draw.shapes(draw::normal)) {
            int[] sizes = value.shape().toArray();
            operation = operation
                    .sample(momentum(false, step), value, draw.normal(sizes), draw.normal(sizes))
                    .sample(momentum(true, step++), value, draw.normal(sizes), draw.normal(sizes));
        }
        return operation;
    }

    /** The new value, square, mean and velocity one after the other. */
    private static Computation rmsProp(boolean centered, boolean momentum) {
        return new Computation(
                x -> {
                    var value = x[0].copy();
                    var square = x[2].copy();
                    var mean = x[3].copy();
                    var velocity = x[4].copy();
                    Updates.rmsProp(
                            value,
                            x[1],
                            GRAD_FACTOR,
                            square,
                            centered ? mean : null,
                            momentum ? velocity : null,
                            LR,
                            ALPHA,
                            EPSILON,
                            MOMENTUM,
                            WEIGHT_DECAY);
                    return Tensor.cat(0, value.reshape(-1), square.reshape(-1), mean.reshape(-1), velocity.reshape(-1));
                },
                null,
                new Definition(
                        x -> rmsProp(x, x, centered, momentum, -1),
                        _ -> 32,
                        x -> rmsProp(x, absolute(x), centered, momentum, 1)));
    }

    /**
     * The definition, with terms of x itself; with those of the absolute x and sign 1 the sum of the absolute terms.
     * The root is that of x in both.
     */
    private static Tensor rmsProp(Tensor[] x, Tensor[] terms, boolean centered, boolean momentum, int sign) {
        int n = x[0].shape().elements();
        double[] out = new double[4 * n];
        for (int i = 0; i < n; i++) {
            double grad = rmsPropGradient(terms, i);
            double slope = grad / (rmsPropRoot(x, centered, i) + EPSILON);
            double velocity = terms[4].getFlat(i);
            double moved = momentum ? MOMENTUM * velocity + slope : velocity;
            out[i] = terms[0].getFlat(i) + sign * LR * (momentum ? moved : slope);
            out[n + i] = ALPHA * terms[2].getFlat(i) + (1 - ALPHA) * grad * grad;
            out[2 * n + i] = centered ? ALPHA * terms[3].getFlat(i) + (1 - ALPHA) * grad : terms[3].getFlat(i);
            out[3 * n + i] = moved;
        }
        return Tensor.of(out, 4 * n);
    }

    private static double rmsPropGradient(Tensor[] x, int i) {
        return GRAD_FACTOR * x[1].getFlat(i) + WEIGHT_DECAY * x[0].getFlat(i);
    }

    private static double rmsPropRoot(Tensor[] x, boolean centered, int i) {
        double grad = rmsPropGradient(x, i);
        double mean = centered ? ALPHA * x[3].getFlat(i) + (1 - ALPHA) * grad : 0;
        return Math.sqrt(ALPHA * x[2].getFlat(i) + (1 - ALPHA) * grad * grad - mean * mean);
    }

    private Proof rmsProp() {
        var operation = Proof.named("Updates.rmsProp")
                .refuses(
                        "rmsProp: velocity is FLOAT32 (3), wants FLOAT32 (2)",
                        () -> Updates.rmsProp(TWO, TWO, 1, TWO, TWO, THREE, 1, 0.9, 1, 0.9, 0))
                .refuses(
                        "rmsProp: mean is FLOAT32 (3), wants FLOAT32 (2)",
                        () -> Updates.rmsProp(TWO, TWO, 1, TWO, THREE, null, 1, 0.9, 1, 0.9, 0))
                .refuses(
                        "rmsProp: epsilon must be at least 1.0E-16, it is 0.0",
                        () -> Updates.rmsProp(TWO, TWO, 1, TWO, null, null, 1, 0.9, 0, 0.9, 0));
        int sample = 0;
        for (var value : Draw.shapes(draw::normal)) {
            int[] sizes = value.shape().toArray();
            // A small mean, so that the variance is not the difference of numbers that are nearly equal.
            operation = operation.sample(
                    rmsProp(sample % 2 == 1, sample % 4 >= 2),
                    value,
                    draw.normal(sizes),
                    draw.positive(sizes),
                    draw.normal(sizes).mul(0.1),
                    draw.normal(sizes));
            sample++;
        }
        return operation;
    }

    private Proof limit() {
        var limited = new Computation(
                x -> {
                    var out = x[0].copy();
                    Updates.limit(out, 0.5);
                    return out;
                },
                null,
                new Definition(x -> Definition.tensor(x[0].shape(), i -> Math.clamp(x[0].get(i), -0.5, 0.5))));
        return Proof.named("Updates.limit")
                .samples(limited, Draw.shapes(draw::normal))
                .refuses(
                        "limit: wants FLOAT32 or FLOAT64, the tensor (3) is INT32; convert it with to",
                        () -> Updates.limit(Tensor.arange(3), 1));
    }

    private Proof squaredNorm() {
        var norm = new Computation(
                x -> Tensor.of(new double[] {Updates.squaredNorm(x[0])}, 1).to(x[0].dtype()),
                null,
                new Definition(
                        x -> {
                            double sum = 0;
                            for (int i = 0; i < x[0].shape().elements(); i++) {
                                sum += x[0].getFlat(i) * x[0].getFlat(i);
                            }
                            return Tensor.of(new double[] {sum}, 1);
                        },
                        x -> x[0].shape().elements()));
        return Proof.named("Updates.squaredNorm")
                .samples(norm, Draw.shapes(draw::normal))
                .refuses(
                        "squaredNorm: wants FLOAT32 or FLOAT64, the tensor (3) is INT32; convert it with to",
                        () -> Updates.squaredNorm(Tensor.arange(3)));
    }
}
