package handgrad.check.registry;

import static handgrad.check.registry.InputGradients.written;

import handgrad.check.TensorFunction;
import handgrad.nn.Layer;
import handgrad.nn.LogSoftmax;
import handgrad.nn.Softmax;
import handgrad.tensor.RowSoftmax;
import handgrad.tensor.Tensor;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/** Softmax, its logarithm and the logarithm of its divisor, along one dimension. */
final class SoftmaxProofs {
    /** Roundings of an element besides those of the sum: of a difference, an exponential and a quotient. */
    private static final int ROUNDINGS = 16;

    private final Draw draw = new Draw(22);

    List<Proof> proofs() {
        var softmax = row(softmax(-1), RowSoftmax::softmax, RowSoftmax::softmaxBackward);
        var logSoftmax = row(logSoftmax(-1), RowSoftmax::logSoftmax, RowSoftmax::logSoftmaxBackward);
        return List.of(
                over("RowSoftmax.softmax", softmax),
                layer("Softmax", Softmax::new, softmax.definition()),
                over("RowSoftmax.logSoftmax", logSoftmax),
                layer("LogSoftmax", LogSoftmax::new, logSoftmax.definition()),
                along("softmax(int)", SoftmaxProofs::softmax),
                along("logSoftmax(int)", SoftmaxProofs::logSoftmax),
                along("logSumExp(int)", d -> logSumExp(d, false, x -> x[0].logSumExp(d))),
                along("logSumExp(int, boolean)", d -> logSumExp(d, true, x -> x[0].logSumExp(d, true)))
                        .sample(logSumExp(0, false, x -> x[0].logSumExp(0, false)), draw.normal(3, 17)));
    }

    /** out = eˣ / Σ eˣ: dX = out ∘ (dOut - Σ dOut ∘ out). */
    private static Computation softmax(int d) {
        return new Computation(
                x -> x[0].softmax(d),
                (dOut, x) -> {
                    var out = x[0].softmax(d);
                    return InputGradients.of(out.mul(dOut.sub(dOut.mul(out).sum(d, true))));
                },
                new Definition(x -> softmax(x[0], d), x -> x[0].size(d) + ROUNDINGS, x -> softmax(x[0], d)));
    }

    /** out = x - ln Σ eˣ: dX = dOut - softmax ∘ Σ dOut. */
    private static Computation logSoftmax(int d) {
        TensorFunction definition =
                x -> Definition.tensor(x[0].shape(), index -> x[0].get(index) - Math.log(sum(x[0], d, index)));
        return new Computation(
                x -> x[0].logSoftmax(d),
                (dOut, x) -> InputGradients.of(dOut.sub(x[0].softmax(d).mul(dOut.sum(d, true)))),
                new Definition(
                        definition,
                        x -> x[0].size(d) + ROUNDINGS,
                        x -> definition.apply(x).abs().add(1)));
    }

    /** out = ln Σ eˣ: dX = dOut ∘ softmax. */
    private static Computation logSumExp(int d, boolean keep, TensorFunction forward) {
        TensorFunction definition = x -> {
            var out = Definition.tensor(x[0].shape().with(d, 1), index -> Math.log(sum(x[0], d, index)));
            return keep ? out : out.reshape(x[0].shape().without(d).toArray());
        };
        return new Computation(
                forward,
                (dOut, x) -> {
                    var kept = dOut.reshape(x[0].shape().with(d, 1).toArray());
                    return InputGradients.of(x[0].softmax(d).mul(kept));
                },
                new Definition(
                        definition,
                        x -> x[0].size(d) + ROUNDINGS,
                        x -> definition.apply(x).abs().add(1)));
    }

    private static Tensor softmax(Tensor x, int d) {
        return Definition.tensor(x.shape(), index -> Math.exp(x.get(index)) / sum(x, d, index));
    }

    /** Σ eˣ over the elements along a dimension that go through one of them. */
    private static double sum(Tensor x, int d, int[] at) {
        int[] index = at.clone();
        int dimension = x.shape().dimension(d);
        double sum = 0;
        for (index[dimension] = 0; index[dimension] < x.size(d); index[dimension]++) {
            sum += Math.exp(x.get(index));
        }
        return sum;
    }

    /** Writes dX from y and dOut. */
    private interface Backward {
        void run(Tensor y, Tensor dOut, Tensor dX);
    }

    /** The same over the last dimension, into given tensors. */
    private static Computation row(Computation same, BiConsumer<Tensor, Tensor> forward, Backward backward) {
        return new Computation(
                x -> written(x[0], out -> forward.accept(x[0], out)),
                (dOut, x) -> {
                    var y = written(x[0], out -> forward.accept(x[0], out));
                    return InputGradients.of(written(x[0], dX -> backward.run(y, dOut, dX)));
                },
                same.definition());
    }

    private List<Tensor> rows() {
        return Draw.all(
                draw::normal, new int[][] {{1}, {17}, {1, 31}, {0, 3}, {3, 17}, {2, 3, 5}, {2, 1, 3, 4}, {13, 19}});
    }

    private Proof over(String name, Computation computation) {
        var operation = name.substring(name.indexOf('.') + 1);
        return Proof.named(name)
                .samples(computation, rows())
                .refuses(
                        operation + ": wants (…, n), x is a scalar ()",
                        () -> computation.forward().apply(Tensor.scalar(1)))
                .refuses(
                        operation + "Backward: dOut is FLOAT32 (3), wants FLOAT32 (2, 3)",
                        () -> computation.gradient().apply(Tensor.zeros(3), Tensor.zeros(2, 3)));
    }

    private Proof layer(String name, Supplier<Layer> maker, Definition definition) {
        var operation = Character.toLowerCase(name.charAt(0)) + name.substring(1);
        var proof = Proof.named(name)
                .refuses(
                        operation + ": wants (…, n), x is a scalar ()",
                        () -> maker.get().forward(Tensor.scalar(1)));
        for (var x : rows()) {
            proof = proof.layer(_ -> maker.get(), definition, x);
        }
        return proof;
    }

    private Proof along(String signature, IntFunction<Computation> along) {
        var name = signature.substring(0, signature.indexOf('('));
        return Proof.named("Tensor." + signature)
                .sample(along.apply(0), draw.normal(1))
                .sample(along.apply(0), draw.normal(17))
                .sample(along.apply(-1), draw.normal(1, 31))
                .sample(along.apply(0), draw.normal(3, 17))
                .sample(along.apply(1), draw.normal(3, 17))
                .sample(along.apply(1), draw.normal(2, 3, 5))
                .sample(along.apply(-2), draw.normal(2, 1, 3, 4))
                .sample(along.apply(1), draw.normal(0, 3))
                .sample(along.apply(0), draw.normal(13, 19))
                .refuses(
                        name + ": wants FLOAT32 or FLOAT64, the tensor (3) is INT32; convert it with to",
                        () -> along.apply(0).forward().apply(Draw.integers()))
                .refuses(
                        "dimension 2 is outside of (2, 3), which has 2 dimensions",
                        () -> along.apply(2).forward().apply(Tensor.zeros(2, 3)));
    }
}
