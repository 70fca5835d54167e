package handgrad.check.registry;

import static handgrad.check.registry.InputGradients.zerosLike;

import handgrad.nn.RMSNorm;
import handgrad.tensor.RmsNormalizations;
import handgrad.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Root mean square normalisation: the operation in {@link RmsNormalizations} and the layer that applies it. */
final class RmsNormProofs {
    private final Draw draw = new Draw(23);

    /** What a forward pass keeps, and its result. */
    private record Kept(Tensor inverse, Tensor normalized, Tensor out) {}

    /** Inputs are x (…, features) and a weight (features). */
    private static Computation rmsNorm(double epsilon) {
        return new Computation(
                x -> rmsNorm(x, epsilon).out,
                (dOut, x) -> {
                    var kept = rmsNorm(x, epsilon);
                    return InputGradients.ofAll(
                            x,
                            d -> RmsNormalizations.rmsNormBackward(
                                    dOut, kept.normalized, x[1], kept.inverse, d[1], d[0]));
                },
                NormalizationDefinition.byRootMeanSquare(epsilon));
    }

    private static Kept rmsNorm(Tensor[] x, double epsilon) {
        var perRow = Tensor.zeros(x[0].dtype(), x[0].shape().with(-1, 1));
        var kept = new Kept(perRow, zerosLike(x[0]), zerosLike(x[0]));
        RmsNormalizations.rmsNorm(x[0], x[1], epsilon, perRow, kept.normalized, kept.out);
        return kept;
    }

    private Tensor[] features(int... sizes) {
        return Arrays.copyOf(draw.features(sizes), 2);
    }

    List<Proof> proofs() {
        return List.of(
                Proof.named("RmsNormalizations.rmsNorm")
                        .sample(rmsNorm(0.1), features(1, 1))
                        .sample(rmsNorm(1e-5), features(5))
                        .sample(rmsNorm(1e-5), features(1, 17))
                        .sample(rmsNorm(1e-5), features(5, 3))
                        .sample(rmsNorm(0), features(3, 17))
                        .sample(rmsNorm(1e-5), features(2, 3, 5))
                        .sample(rmsNorm(1e-5), features(0, 3))
                        .sample(rmsNorm(1e-5), features(5, 45))
                        .refuses("rmsNorm: out must not share the elements of x", () -> {
                            var x = Tensor.zeros(2, 3);
                            RmsNormalizations.rmsNorm(x, Tensor.ones(3), 0, Tensor.zeros(2, 1), Tensor.zeros(2, 3), x);
                        })
                        .refuses(
                                "rmsNorm: wants 4 in the last dimension, x is (2, 3)",
                                () -> rmsNorm(0).forward().apply(Tensor.zeros(2, 3), Tensor.zeros(4)))
                        .refuses(
                                "rmsNorm: wants 2 x 1 elements, inverse is (3)",
                                () -> RmsNormalizations.rmsNorm(
                                        Tensor.zeros(2, 3),
                                        Tensor.ones(3),
                                        0,
                                        Tensor.zeros(3),
                                        Tensor.zeros(2, 3),
                                        Tensor.zeros(2, 3))),
                Proof.named("RMSNorm")
                        .layers(
                                x -> new RMSNorm(x[0].size(-1)),
                                NormalizationDefinition.byRootMeanSquare(0x1p-23),
                                Draw.all(this::features, new int[][] {
                                    {5}, {1, 17}, {3, 2}, {5, 3}, {3, 17}, {2, 3, 5}, {0, 3}, {13, 19}
                                }))
                        .refuses(
                                "rmsNorm: wants 3 in the last dimension, x is (2, 4)",
                                () -> new RMSNorm(3).forward(Tensor.zeros(2, 4)))
                        .refuses("RMSNorm: wants at least 1 feature, it is 0", () -> new RMSNorm(0))
                        .refuses("RMSNorm: epsilon must be at least 0, it is -1.0", () -> new RMSNorm(3, -1)));
    }
}
