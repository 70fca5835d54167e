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

/** The operations in place of {@link Updates}: what running statistics and biases need. */
final class UpdateProofs {
    private final Draw draw = new Draw(16);

    List<Proof> proofs() {
        return List.of(addScaled(), blend(), lerp(), scaledSquareRoot(), copyToRows(), addRows());
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

    /** out = target + w · (source - target): dTarget = (1 - w) · dOut, dSource = w · dOut. */
    private static Computation lerp(double w) {
        return new Computation(
                x -> changed(x[0], out -> Updates.lerp(out, w, x[1])),
                (dOut, _) -> InputGradients.of(dOut.mul(1 - w), dOut.mul(w)),
                new Definition(
                        x -> Definition.tensor(x[0].shape(), i -> x[0].get(i) + w * (x[1].get(i) - x[0].get(i))),
                        _ -> 3,
                        x -> Definition.tensor(
                                x[0].shape(),
                                i -> Math.abs(x[0].get(i)) + w * (Math.abs(x[1].get(i)) + Math.abs(x[0].get(i))))));
    }

    private Proof lerp() {
        return twoOfOneShape("Updates.lerp", lerp(0.125))
                .refuses(
                        "lerp: source is FLOAT32 (3), wants FLOAT32 (2)",
                        () -> Updates.lerp(Tensor.zeros(2), 1, Tensor.zeros(3)));
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
}
