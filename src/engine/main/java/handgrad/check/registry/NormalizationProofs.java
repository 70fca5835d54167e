package handgrad.check.registry;

import static handgrad.check.registry.InputGradients.written;
import static handgrad.check.registry.InputGradients.zerosLike;

import handgrad.nn.BatchNorm1d;
import handgrad.nn.BatchNorm2d;
import handgrad.nn.BatchNormOptions;
import handgrad.nn.BatchNormOptions.Axes;
import handgrad.nn.Layer;
import handgrad.tensor.DType;
import handgrad.tensor.ImageNormalizations;
import handgrad.tensor.Normalizations;
import handgrad.tensor.Tensor;
import handgrad.tensor.Variance;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * Batch normalisation: the operations in {@link Normalizations} and
 * {@link ImageNormalizations}, and the layers that apply them.
 */
final class NormalizationProofs {
    private final Draw draw = new Draw(7);

    List<Proof> proofs() {
        return Stream.of(ofRows(), evaluationOfRows(), ofImages(), evaluationOfImages())
                .flatMap(List::stream)
                .toList();
    }

    /** Images of these sizes, a gain and a bias for each channel. */
    private Tensor[] channels(int... sizes) {
        return new Tensor[] {draw.normal(sizes), draw.normal(sizes[1]), draw.normal(sizes[1])};
    }

    /** Zeros of these sizes with a gain and a bias of the given number of elements. */
    private static Tensor[] zeros(int elements, int... sizes) {
        return new Tensor[] {Tensor.zeros(sizes), Tensor.zeros(elements), Tensor.zeros(elements)};
    }

    /** What a forward pass keeps, and its result. */
    private record Kept(Tensor mean, Tensor inverseDeviation, Tensor normalized, Tensor out) {
        /** Statistics of the shape of the gain. */
        Kept(Tensor[] x) {
            this(zerosLike(x[1]), zerosLike(x[1]), zerosLike(x[0]), zerosLike(x[0]));
        }
    }

    /**
     * Of x (…, features), gain and bias (features), over n rows, with m the divisor of the variance.
     *
     * <pre>
     * dBias = Σ dOut;  dGain = Σ dOut ∘ normalized;  dNormalized = gain ∘ dOut
     * dX = (variance + epsilon)^-½ ∘ (dNormalized - Σ dNormalized / n - normalized ∘ Σ (dNormalized ∘ normalized) / m)
     * </pre>
     */
    private static Computation batchNorm(double epsilon, boolean unbiased) {
        return new Computation(
                x -> batchNorm(x, epsilon, divisor(x[0], -1, unbiased)).out,
                (dOut, x) -> {
                    int divisor = divisor(x[0], -1, unbiased);
                    var kept = batchNorm(x, epsilon, divisor);
                    return InputGradients.ofAll(
                            x,
                            d -> Normalizations.batchNormBackward(
                                    dOut, kept.normalized, x[1], kept.inverseDeviation, divisor, d[1], d[2], d[0]));
                },
                NormalizationDefinition.overRows(epsilon, unbiased));
    }

    private static Kept batchNorm(Tensor[] x, double epsilon, int divisor) {
        var kept = new Kept(x);
        Normalizations.batchNorm(
                x[0],
                x[1],
                x[2],
                epsilon,
                divisor,
                kept.mean,
                zerosLike(x[1]),
                kept.inverseDeviation,
                kept.normalized,
                kept.out);
        return kept;
    }

    private static int divisor(Tensor x, int dimension, boolean unbiased) {
        int n = x.shape().elements() / x.size(dimension);
        return unbiased ? n - 1 : n;
    }

    private List<Proof> ofRows() {
        return List.of(
                Proof.named("Normalizations.batchNorm")
                        .sample(batchNorm(1e-5, false), draw.features(2, 1))
                        .sample(batchNorm(1e-5, true), draw.features(3, 1))
                        .sample(batchNorm(1e-5, false), draw.features(5, 3))
                        .sample(batchNorm(1e-5, true), draw.features(5, 3))
                        .sample(batchNorm(0, false), draw.features(9, 17))
                        .sample(batchNorm(0.1, true), draw.features(9, 17))
                        .sample(batchNorm(1e-5, false), draw.features(2, 3, 5))
                        .sample(batchNorm(1e-5, true), draw.features(13, 19))
                        .refuses(
                                "batchNorm: the variance of x (1, 3) would be divided by 0; the unbiased variance wants"
                                        + " at least 2 rows",
                                () -> batchNorm(0, true).forward().apply(zeros(3, 1, 3)))
                        .refuses(
                                "batchNorm: wants 4 in the last dimension, x is (2, 3)",
                                () -> batchNorm(0, true).forward().apply(zeros(4, 2, 3))),
                rowsLayer("BatchNorm1d", BatchNormOptions.PYTORCH),
                rowsLayer("BatchNorm1d, MAKEMORE_PART_3", BatchNormOptions.MAKEMORE_PART_3),
                rowsLayer("BatchNorm1d, MAKEMORE_LAYER", BatchNormOptions.MAKEMORE_LAYER),
                positionsLayer());
    }

    /** One mean and variance a feature, over all other dimensions. */
    private Proof rowsLayer(String name, BatchNormOptions options) {
        return Proof.named(name)
                .layers(
                        x -> new BatchNorm1d(x[0].size(-1), options),
                        NormalizationDefinition.overRows(options.epsilon(), isUnbiased(options)),
                        Draw.all(draw::features, new int[][] {
                            {3, 1}, {3, 5}, {9, 17}, {33, 3}, {1, 4, 5}, {2, 3, 5}, {4, 3, 17}, {13, 19}
                        }))
                .refuses(
                        "BatchNorm1d: the variance of one value is no measure, x is (1, 3); train on at least 2 rows,"
                                + " or evaluate with train(false)",
                        () -> new BatchNorm1d(3, options).forward(Tensor.zeros(1, 3)))
                .refuses(
                        "BatchNorm1d: wants (N, 3) or (N, L, 3), x is (2, 4)",
                        () -> new BatchNorm1d(3, options).forward(Tensor.zeros(2, 4)));
    }

    private static boolean isUnbiased(BatchNormOptions options) {
        return options.normalizeBy() == Variance.UNBIASED;
    }

    /** One mean and variance a position and feature, over the first dimension. */
    private Proof positionsLayer() {
        var options = BatchNormOptions.PYTORCH.withAxes(Axes.FIRST);
        return Proof.named("BatchNorm1d, Axes.FIRST")
                .layers(
                        x -> new BatchNorm1d(x[0].size(-1), options),
                        NormalizationDefinition.overFirst(options.epsilon(), false),
                        Draw.all(draw::features, new int[][] {
                            {3, 1, 1}, {3, 1, 5}, {5, 4, 1}, {4, 3, 2}, {9, 2, 17}, {13, 3, 5}, {4, 3, 17}, {33, 2, 3}
                        }))
                .refuses(
                        "BatchNorm1d: wants (N, 3) or (N, L, 3), x is (2, 4)",
                        () -> new BatchNorm1d(3, options).forward(Tensor.zeros(2, 4)));
    }

    /** As for rows, over the batch and all pixels of a channel. */
    private static Computation batchNorm2d(double epsilon, boolean unbiased) {
        return new Computation(
                x -> batchNorm2d(x, epsilon, divisor(x[0], 1, unbiased)).out,
                (dOut, x) -> {
                    int divisor = divisor(x[0], 1, unbiased);
                    var kept = batchNorm2d(x, epsilon, divisor);
                    return backward2d(dOut, x, kept.mean, kept.inverseDeviation, divisor);
                },
                NormalizationDefinition.ofPixels(NormalizationDefinition.overRows(epsilon, unbiased)));
    }

    private static Kept batchNorm2d(Tensor[] x, double epsilon, int divisor) {
        var kept = new Kept(x);
        ImageNormalizations.batchNorm2d(
                x[0], x[1], x[2], epsilon, divisor, kept.mean, zerosLike(x[1]), kept.inverseDeviation, kept.out);
        return kept;
    }

    /** InputGradients with the statistics of the batch, or with constant ones where the divisor is 0. */
    private static Tensor[] backward2d(Tensor dOut, Tensor[] x, Tensor mean, Tensor inverseDeviation, int divisor) {
        return InputGradients.ofAll(
                x,
                d -> ImageNormalizations.batchNorm2dBackward(
                        dOut, x[0], x[1], mean, inverseDeviation, divisor, d[1], d[2], d[0]));
    }

    private List<Proof> ofImages() {
        return List.of(
                Proof.named("ImageNormalizations.batchNorm2d")
                        .sample(batchNorm2d(1e-5, false), channels(2, 1, 1, 1))
                        .sample(batchNorm2d(1e-5, true), channels(1, 2, 3, 1))
                        .sample(batchNorm2d(1e-5, false), channels(2, 3, 4, 5))
                        .sample(batchNorm2d(1e-5, true), channels(2, 3, 4, 5))
                        .sample(batchNorm2d(0, false), channels(3, 2, 4, 4))
                        .sample(batchNorm2d(0.1, true), channels(2, 5, 1, 17))
                        .sample(batchNorm2d(1e-5, false), channels(2, 2, 7, 7))
                        .sample(batchNorm2d(1e-5, true), channels(2, 17, 3, 3))
                        .refuses(
                                "batchNorm2d: the variance of x (1, 3, 1, 1) would be divided by 0; the unbiased"
                                        + " variance wants at least 2 values of a channel",
                                () -> batchNorm2d(0, true).forward().apply(zeros(3, 1, 3, 1, 1)))
                        .refuses(
                                "batchNorm2d: wants (N, 4, height, width), x is (2, 3, 2, 2)",
                                () -> batchNorm2d(0, true).forward().apply(zeros(4, 2, 3, 2, 2))),
                imagesLayer("BatchNorm2d", BatchNormOptions.PYTORCH),
                imagesLayer("BatchNorm2d, MAKEMORE_LAYER", BatchNormOptions.MAKEMORE_LAYER));
    }

    private Proof imagesLayer(String name, BatchNormOptions options) {
        return Proof.named(name)
                .layers(
                        x -> new BatchNorm2d(x[0].size(1), options),
                        NormalizationDefinition.ofPixels(
                                NormalizationDefinition.overRows(options.epsilon(), isUnbiased(options))),
                        Draw.all(this::channels, new int[][] {
                            {3, 1, 1, 1},
                            {1, 2, 1, 17},
                            {2, 3, 4, 5},
                            {3, 1, 2, 2},
                            {2, 2, 7, 7},
                            {1, 1, 3, 3},
                            {2, 17, 1, 3},
                            {5, 2, 4, 8}
                        }))
                .refuses(
                        "BatchNorm2d: wants (N, 3, height, width), x is (2, 4, 1, 1)",
                        () -> new BatchNorm2d(3, options).forward(Tensor.zeros(2, 4, 1, 1)))
                .refuses(
                        "BatchNorm2d: the variance of one value is no measure, x is (1, 3, 1, 1); train on at least 2"
                                + " pixels, or evaluate with train(false)",
                        () -> new BatchNorm2d(3, options).forward(Tensor.zeros(1, 3, 1, 1)))
                .refuses(
                        "BatchNorm2d: a pixel has no statistics of its own, so the axes cannot be FIRST",
                        () -> new BatchNorm2d(3, options.withAxes(Axes.FIRST)));
    }

    /** Constant statistics: dBias = Σ dOut, dGain = Σ dOut ∘ normalized, dX = gain ∘ inverseDeviation ∘ dOut. */
    private static Computation evaluationOfRows(Tensor mean, Tensor inverseDeviation) {
        return new Computation(
                x -> evaluated(x, mean, inverseDeviation).out,
                (dOut, x) -> {
                    var normalized = evaluated(x, mean, inverseDeviation).normalized;
                    var inverse = inverseDeviation.to(dOut.dtype());
                    return InputGradients.ofAll(
                            x,
                            d -> Normalizations.batchNormEvaluationBackward(
                                    dOut, normalized, x[1], inverse, d[1], d[2], d[0]));
                },
                NormalizationDefinition.by(mean, inverseDeviation));
    }

    private static Kept evaluated(Tensor[] x, Tensor mean, Tensor inverseDeviation) {
        var kept = new Kept(x);
        var dtype = x[0].dtype();
        Normalizations.batchNormEvaluation(
                x[0], x[1], x[2], mean.to(dtype), inverseDeviation.to(dtype), kept.normalized, kept.out);
        return kept;
    }

    private List<Proof> evaluationOfRows() {
        return evaluation(
                Proof.named("Normalizations.batchNormEvaluation")
                        .refuses(
                                "batchNorm: wants 1 x 3 elements, mean is (2)",
                                () -> evaluationOfRows(Tensor.zeros(2), Tensor.zeros(3))
                                        .forward()
                                        .apply(zeros(3, 1, 3))),
                Proof.named("BatchNorm1d, evaluation")
                        .refuses(
                                "BatchNorm1d: wants (N, 3) or (N, L, 3), x is (3)",
                                () -> new BatchNorm1d(3).forward(Tensor.zeros(3))),
                NormalizationProofs::evaluationOfRows,
                (mean, variance) -> {
                    var layer = new BatchNorm1d(mean.size(0));
                    layer.runningMean().copyFrom(mean);
                    layer.runningSpread().copyFrom(variance);
                    layer.train(false);
                    return layer;
                },
                Draw.all(
                        draw::features,
                        new int[][] {{1, 1}, {1, 17}, {5, 3}, {9, 17}, {1, 3, 5}, {2, 3, 5}, {0, 3}, {13, 19}}));
    }

    /** A batch of one and an empty one are allowed. */
    private List<Proof> evaluation(
            Proof function,
            Proof layer,
            BiFunction<Tensor, Tensor, Computation> computation,
            BiFunction<Tensor, Tensor, Layer> maker,
            List<Tensor[]> inputs) {
        for (var x : inputs) {
            var mean = draw.normal(x[1].size(0));
            var variance = draw.positive(x[1].size(0));
            var inverseDeviation = variance.to(DType.FLOAT64)
                    .add(BatchNormOptions.PYTORCH.epsilon())
                    .sqrt()
                    .pow(-1);
            var evaluated = computation.apply(mean, inverseDeviation);
            function = function.sample(evaluated, x);
            layer = layer.layers(_ -> maker.apply(mean, variance), evaluated.definition(), List.<Tensor[]>of(x));
        }
        return List.of(function, layer);
    }

    private static Computation evaluationOfImages(Tensor mean, Tensor inverseDeviation) {
        return new Computation(
                x -> written(
                        x[0],
                        out -> ImageNormalizations.batchNorm2dEvaluation(
                                x[0], x[1], x[2], mean.to(out.dtype()), inverseDeviation.to(out.dtype()), out)),
                (dOut, x) -> backward2d(dOut, x, mean.to(dOut.dtype()), inverseDeviation.to(dOut.dtype()), 0),
                NormalizationDefinition.ofPixels(NormalizationDefinition.by(mean, inverseDeviation)));
    }

    private List<Proof> evaluationOfImages() {
        return evaluation(
                Proof.named("ImageNormalizations.batchNorm2dEvaluation")
                        .refuses(
                                "batchNorm2d: wants 1 x 3 elements, mean is (2)",
                                () -> evaluationOfImages(Tensor.zeros(2), Tensor.zeros(3))
                                        .forward()
                                        .apply(zeros(3, 1, 3, 1, 1))),
                Proof.named("BatchNorm2d, evaluation")
                        .refuses("BatchNorm2d: wants (N, 3, height, width), x is (2, 3)", () -> {
                            var layer = new BatchNorm2d(3);
                            layer.train(false);
                            layer.forward(Tensor.zeros(2, 3));
                        }),
                NormalizationProofs::evaluationOfImages,
                (mean, variance) -> {
                    var layer = new BatchNorm2d(mean.size(0));
                    layer.runningMean().copyFrom(mean);
                    layer.runningSpread().copyFrom(variance);
                    layer.train(false);
                    return layer;
                },
                Draw.all(this::channels, new int[][] {
                    {1, 1, 1, 1},
                    {1, 2, 1, 17},
                    {2, 3, 4, 5},
                    {3, 1, 2, 2},
                    {2, 2, 7, 7},
                    {0, 3, 2, 2},
                    {2, 17, 1, 3},
                    {5, 2, 4, 8}
                }));
    }
}
