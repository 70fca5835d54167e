package handgrad.check.registry;

import static handgrad.check.registry.InputGradients.written;
import static handgrad.check.registry.InputGradients.zerosLike;

import handgrad.nn.Dropout;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Functional;
import handgrad.tensor.Tensor;
import java.util.List;

/** Dropout: the operation in {@link Functional}, then the layer. */
final class DropoutProofs {
    private static final long SEED = 23;
    private static final double[] PROBABILITIES = {0.3, 0, 1, 0.5, 0.875};

    private final Draw draw = new Draw(24);

    List<Proof> proofs() {
        var x = Tensor.zeros(2, 3);
        var function = Proof.named("Functional.dropout")
                .refuses(
                        "dropout: mask is FLOAT32 (3), wants FLOAT32 (2, 3)",
                        () -> Functional.dropout(x, 0.5, seeded(), Tensor.zeros(3), zerosLike(x)))
                .refuses(
                        "dropout: p must be from 0 to 1, it is 1.5",
                        () -> Functional.dropout(x, 1.5, seeded(), zerosLike(x), zerosLike(x)))
                .refuses(
                        "dropoutBackward: dOut is FLOAT32 (3), wants FLOAT32 (2, 3)",
                        () -> Functional.dropoutBackward(x, Tensor.zeros(3), zerosLike(x)));
        var layer = Proof.named("Dropout")
                .refuses("Dropout: p must be from 0 to 1, it is -0.1", () -> new Dropout(-0.1, seeded()))
                .refuses("Dropout: p must be from 0 to 1, it is NaN", () -> new Dropout(Double.NaN, seeded()))
                .refuses("dropoutBackward: dOut is FLOAT32 (3), wants FLOAT32 (2, 3)", () -> refused(true))
                .refuses("Dropout: dOut must have the shape of x (2, 3), it is (3)", () -> refused(false));
        for (double p : PROBABILITIES) {
            var inputs = p == PROBABILITIES[0] ? Draw.shapes(draw::normal) : List.of(draw.normal(5, 17));
            function = function.samples(dropout(p), inputs);
            for (var input : inputs) {
                layer = layer.layer(_ -> new Dropout(p, seeded()), dropout(p).definition(), input);
            }
        }
        return List.of(function, layer);
    }

    private static TorchRandom seeded() {
        return TorchRandom.seeded(SEED);
    }

    private static void refused(boolean training) {
        var layer = new Dropout(0.5, seeded());
        layer.train(training);
        layer.forward(Tensor.zeros(2, 3));
        layer.backward(Tensor.zeros(3));
    }

    private static Computation dropout(double p) {
        return new Computation(
                x -> written(x[0], out -> Functional.dropout(x[0], p, seeded(), zerosLike(x[0]), out)),
                (dOut, x) -> {
                    var mask = written(x[0], m -> Functional.dropout(x[0], p, seeded(), m, zerosLike(x[0])));
                    return InputGradients.of(written(dOut, dX -> Functional.dropoutBackward(mask, dOut, dX)));
                },
                new Definition(x -> defined(x[0], p)));
    }

    /** x / (1 - p) where a uniform number is below 1 - p, otherwise 0. */
    private static Tensor defined(Tensor x, double p) {
        double[] uniform = new double[x.shape().elements()];
        seeded().rand(uniform);
        var out = Tensor.zeros(DType.FLOAT64, x.shape());
        for (int i = 0; i < uniform.length; i++) {
            out.setFlat(i, uniform[i] < 1 - p ? x.getFlat(i) / (1 - p) : 0);
        }
        return out;
    }
}
