package handgrad.check.registry;

import static handgrad.check.registry.InputGradients.written;

import handgrad.check.registry.ElementFunction.Bound;
import handgrad.check.registry.ElementFunction.OfOne;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import handgrad.tensor.Updates;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** The operations in place of {@link Updates}: what optimisers, running statistics and biases need. */
final class UpdateProofs {
    private final Draw draw = new Draw(16);

    List<Proof> proofs() {
        return List.of(
                addScaled(),
                blend(),
                scaledSquareRoot(),
                copyToRows(),
                addRows(),
                adam(),
                adamW(),
                momentum(),
                limit(),
                squaredNorm());
    }

    private static Tensor changed(Tensor x, Consumer<Tensor> operation) {
        var out = x.copy();
        operation.accept(out);
        return out;
    }

    /** out = target + f · source: dTarget = dOut, dSource = f · dOut. */
    private static Computation addScaled(double f) {
        return new Computation(
                x -> changed(x[0], out -> Updates.addScaled(out, f, x[1])),
                (dOut, _) -> InputGradients.of(dOut, dOut.mul(f)),
                Definition.broadcast((target, source) -> target + f * source));
    }

    private Proof addScaled() {
        return twoOfOneShape("Updates.addScaled", addScaled(-0.125))
                .refuses(
                        "addScaled: source is FLOAT32 (3), wants FLOAT32 (2)",
                        () -> Updates.addScaled(Tensor.zeros(2), 1, Tensor.zeros(3)));
    }

    /** out = k · target + f · source: dTarget = k · dOut, dSource = f · dOut. */
    private static Computation blend(double k, double f) {
        return new Computation(
                x -> changed(x[0], out -> Updates.blend(out, k, f, x[1])),
                (dOut, _) -> InputGradients.of(dOut.mul(k), dOut.mul(f)),
                new Definition(x -> Definition.tensor(x[0].shape(), i -> k * x[0].get(i) + f * x[1].get(i)), _ -> 2));
    }

    private Proof blend() {
        return twoOfOneShape("Updates.blend", blend(0.875, 0.125))
                .refuses(
                        "blend: source is FLOAT32 (3), wants FLOAT32 (2)",
                        () -> Updates.blend(Tensor.zeros(2), 1, 1, Tensor.zeros(3)));
    }

    private Proof twoOfOneShape(String name, Computation formula) {
        var operation = Proof.named(name);
        for (var first : Draw.shapes(draw::normal)) {
            operation =
                    operation.sample(formula, first, draw.normal(first.shape().toArray()));
        }
        return operation;
    }

    /** out = √(f · x): dX = dOut · f / (2 · out). */
    private static Computation scaledSquareRoot(double f) {
        return new Computation(
                x -> squareRoot(x[0], f),
                (dOut, x) -> InputGradients.of(dOut.mul(f / 2).div(squareRoot(x[0], f))),
                Definition.elementwise(new OfOne(
                        x -> Math.sqrt(f * x), x -> f / 2 / Math.sqrt(f * x), Bound.ofUlps(1.5), Bound.ofUlps(3))));
    }

    private static Tensor squareRoot(Tensor x, double factor) {
        return written(x, out -> Updates.scaledSquareRoot(x, factor, out));
    }

    private Proof scaledSquareRoot() {
        return Proof.named("Updates.scaledSquareRoot")
                .samples(scaledSquareRoot(1.125), Draw.shapes(draw::positive))
                .refuses(
                        "scaledSquareRoot: out is FLOAT32 (3), wants FLOAT32 (2)",
                        () -> Updates.scaledSquareRoot(Tensor.zeros(2), 1, Tensor.zeros(3)));
    }

    /** out[i] = row, for each row of out: dRow = Σ dOut[i]. */
    private static Computation copyToRows(int... rows) {
        return new Computation(
                x -> written(x[0], Shape.of(shape(rows, x[0])), out -> Updates.copyToRows(x[0], out)),
                (dOut, x) -> InputGradients.of(written(x[0], dRow -> Updates.addRows(dOut, dRow))),
                new Definition(x -> Definition.tensor(Shape.of(shape(rows, x[0])), i -> x[0].get(i[rows.length]))));
    }

    private static int[] shape(int[] rows, Tensor row) {
        int[] sizes = Arrays.copyOf(rows, rows.length + 1);
        sizes[rows.length] = row.size(0);
        return sizes;
    }

    /** out = sum + Σ rows[i]: dSum = dOut, dRows[i] = dOut. */
    private static final Computation ADD_ROWS = new Computation(
            x -> changed(x[0], out -> Updates.addRows(x[1], out)),
            (dOut, x) -> InputGradients.of(dOut, written(x[1], dRows -> Updates.copyToRows(dOut, dRows))),
            new Definition(
                    x -> Definition.tensor(x[0].shape(), j -> {
                        var rows = x[1].reshape(-1, x[0].size(0));
                        double sum = x[0].get(j);
                        for (int i = 0; i < rows.size(0); i++) {
                            sum += rows.get(i, j[0]);
                        }
                        return sum;
                    }),
                    x -> 1 + x[1].shape().elements() / x[0].size(0)));

    /** How rows are arranged, and how many columns they have. */
    private static final int[][] ROWS = {{1}, {5}, {3}, {0}, {2, 3}, {1, 1, 4}, {13}, {1, 1}};

    private static final int[] COLUMNS = {1, 1, 17, 3, 5, 31, 19, 8};

    private Proof copyToRows() {
        var operation = Proof.named("Updates.copyToRows");
        for (int i = 0; i < ROWS.length; i++) {
            operation = operation.sample(copyToRows(ROWS[i]), draw.normal(COLUMNS[i]));
        }
        return operation
                .refuses(
                        "copyToRows: wants 3 in the last dimension, rows is (2, 4)",
                        () -> Updates.copyToRows(Tensor.zeros(3), Tensor.zeros(2, 4)))
                .refuses(
                        "copyToRows: wants FLOAT32, rows (3) is INT32",
                        () -> Updates.copyToRows(Tensor.zeros(3), Tensor.arange(3)));
    }

    private Proof addRows() {
        var operation = Proof.named("Updates.addRows");
        for (int i = 0; i < ROWS.length; i++) {
            var sum = draw.normal(COLUMNS[i]);
            operation = operation.sample(ADD_ROWS, sum, draw.normal(shape(ROWS[i], sum)));
        }
        return operation
                .refuses(
                        "addRows: wants 3 in the last dimension, rows is (2, 4)",
                        () -> Updates.addRows(Tensor.zeros(2, 4), Tensor.zeros(3)))
                .refuses(
                        "addRows: wants FLOAT32, sum (3) is INT32",
                        () -> Updates.addRows(Tensor.zeros(2, 3), Tensor.arange(3)));
    }

    private static final Tensor TWO = Tensor.zeros(2);
    private static final Tensor THREE = Tensor.zeros(3);
    private static final double GRAD_FACTOR = 0.75;
    private static final double LR = 0.01;
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-3;
    private static final double WEIGHT_DECAY = 0.5;

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

    private static final double MOMENTUM = 0.9;
    private static final double DAMPENING = 0.25;

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

    private Proof limit() {
        var limited = new Computation(
                x -> changed(x[0], out -> Updates.limit(out, 0.5)),
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
