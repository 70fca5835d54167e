package handgrad.check.registry;

import static handgrad.check.registry.InputGradients.zerosLike;

import handgrad.nn.LayerNorm;
import handgrad.tensor.Normalizations;
import handgrad.tensor.Tensor;
import java.util.List;

/** Layer normalisation: the operation in {@link Normalizations} and the layer that applies it. */
final class LayerNormProofs {
    private final Draw draw = new Draw(17);

    /** What a forward pass keeps, and its result. */
    private record Kept(Tensor inverseDeviation, Tensor normalized, Tensor out) {}

    /** As a batch normalisation, but each row with its own mean and variance over its features. */
    private static Computation layerNorm(double epsilon) {
        return new Computation(
                x -> layerNorm(x, epsilon).out,
                (dOut, x) -> {
                    var kept = layerNorm(x, epsilon);
                    return InputGradients.ofAll(
                            x,
                            d -> Normalizations.layerNormBackward(
                                    dOut, kept.normalized, x[1], kept.inverseDeviation, d[1], d[2], d[0]));
                },
                NormalizationDefinition.overFeatures(epsilon));
    }

    private static Kept layerNorm(Tensor[] x, double epsilon) {
        var perRow = Tensor.zeros(x[0].dtype(), x[0].shape().with(-1, 1));
        var kept = new Kept(perRow, zerosLike(x[0]), zerosLike(x[0]));
        Normalizations.layerNorm(x[0], x[1], x[2], epsilon, perRow, kept.normalized, kept.out);
        return kept;
    }

    List<Proof> proofs() {
        return List.of(
                Proof.named("Normalizations.layerNorm")
                        .sample(layerNorm(0.1), draw.features(1, 1))
                        .sample(layerNorm(1e-5), draw.features(5))
                        .sample(layerNorm(1e-5), draw.features(1, 17))
                        .sample(layerNorm(1e-5), draw.features(5, 3))
                        .sample(layerNorm(0), draw.features(3, 17))
                        .sample(layerNorm(1e-5), draw.features(2, 3, 5))
                        .sample(layerNorm(1e-5), draw.features(0, 3))
                        .sample(layerNorm(1e-5), draw.features(5, 45))
                        .refuses("layerNorm: out must not share the elements of x", () -> {
                            var x = Tensor.zeros(2, 3);
                            Normalizations.layerNorm(
                                    x, Tensor.ones(3), Tensor.zeros(3), 0, Tensor.zeros(2, 1), Tensor.zeros(2, 3), x);
                        })
                        .refuses(
                                "layerNorm: wants 4 in the last dimension, x is (2, 3)",
                                () -> layerNorm(0)
                                        .forward()
                                        .apply(Tensor.zeros(2, 3), Tensor.zeros(4), Tensor.zeros(4)))
                        .refuses(
                                "layerNorm: wants 1 x 3 elements, bias is (4)",
                                () -> layerNorm(0)
                                        .forward()
                                        .apply(Tensor.zeros(2, 3), Tensor.zeros(3), Tensor.zeros(4))),
                Proof.named("LayerNorm")
                        .layers(
                                x -> new LayerNorm(x[0].size(-1)),
                                NormalizationDefinition.overFeatures(1e-5),
                                Draw.all(draw::features, new int[][] {
                                    {5}, {1, 17}, {3, 2}, {5, 3}, {3, 17}, {2, 3, 5}, {0, 3}, {13, 19}
                                }))
                        .refuses(
                                "layerNorm: wants 3 in the last dimension, x is (2, 4)",
                                () -> new LayerNorm(3).forward(Tensor.zeros(2, 4)))
                        .refuses("LayerNorm: wants at least 1 feature, it is 0", () -> new LayerNorm(0))
                        .refuses("LayerNorm: epsilon must be at least 0, it is -1.0", () -> new LayerNorm(3, -1)));
    }
}
