package handgrad.check.registry;

import handgrad.nn.BatchNorm2d;
import handgrad.nn.BatchNormOptions;
import handgrad.nn.BatchNormOptions.Axes;
import handgrad.nn.BatchNormOptions.Variance;
import handgrad.nn.Conv2d;
import handgrad.nn.MaxPool2d;
import handgrad.tensor.Convolutions;
import handgrad.tensor.DType;
import handgrad.tensor.ImageNormalizations;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import handgrad.tensor.Window;
import java.util.List;

/** Operations and layers of images (N, channels, height, width). */
final class ImageProofs {
    private final Draw draw = new Draw(12);

    List<Proof> proofs() {
        return List.of(
                conv2d(),
                maxPool2d(),
                batchNorm2d(),
                batchNorm2dEvaluation(),
                conv2dLayer(),
                maxPool2dLayer(),
                batchNorm2dLayer("BatchNorm2d", BatchNormOptions.PYTORCH),
                batchNorm2dLayer("BatchNorm2d, MAKEMORE_LAYER", BatchNormOptions.MAKEMORE_LAYER),
                batchNorm2dLayerInEvaluation());
    }

    /** The definition of a convolution, followed literally; x is the images, the weight and, if there is one, the bias. */
    private static Definition convolution(int k, int stride, int padding) {
        return new Definition(
                x -> Definition.tensor(convolved(x[0], x[1], k, stride, padding), at -> {
                    double sum = x.length == 3 ? x[2].get(at[1]) : 0;
                    for (int c = 0; c < x[0].size(1); c++) {
                        for (int i = 0; i < k; i++) {
                            for (int j = 0; j < k; j++) {
                                int row = at[2] * stride + i - padding;
                                int column = at[3] * stride + j - padding;
                                if (row >= 0 && row < x[0].size(2) && column >= 0 && column < x[0].size(3)) {
                                    sum += x[0].get(at[0], c, row, column) * x[1].get((c * k + i) * k + j, at[1]);
                                }
                            }
                        }
                    }
                    return sum;
                }),
                x -> x[1].size(0) + 1);
    }

    private static Shape convolved(Tensor x, Tensor weight, int k, int stride, int padding) {
        return Shape.of(
                x.size(0),
                weight.size(1),
                (x.size(2) + 2 * padding - k) / stride + 1,
                (x.size(3) + 2 * padding - k) / stride + 1);
    }

    /** dWeight and dBias sum over images and pixels, dX over the outputs that saw a pixel. */
    private static Computation conv2d(int k, int stride, int padding) {
        var window = new Window(k, stride, padding);
        return new Computation(
                x -> {
                    var out = Tensor.zeros(x[0].dtype(), convolved(x[0], x[1], k, stride, padding));
                    Convolutions.conv2d(x[0], x[1], x.length == 3 ? x[2] : null, window, out);
                    return out;
                },
                (dOut, x) -> {
                    var dX = Gradients.zerosLike(x[0]);
                    var dWeight = Gradients.zerosLike(x[1]);
                    var dBias = x.length == 3 ? Gradients.zerosLike(x[2]) : null;
                    Convolutions.conv2dBackwardInput(dOut, x[1], window, dX);
                    Convolutions.conv2dBackwardParameters(x[0], dOut, window, dWeight, dBias);
                    return dBias == null ? Gradients.of(dX, dWeight) : Gradients.of(dX, dWeight, dBias);
                },
                convolution(k, stride, padding));
    }

    private Proof conv2d() {
        return Proof.named("Convolutions.conv2d")
                .sample(conv2d(1, 1, 0), draw.normal(1, 1, 1, 1), draw.normal(1, 1), draw.normal(1))
                .sample(conv2d(3, 1, 1), draw.normal(2, 2, 4, 5), draw.normal(18, 3), draw.normal(3))
                .sample(conv2d(3, 1, 0), draw.normal(2, 1, 5, 3), draw.normal(9, 2))
                .sample(conv2d(3, 2, 1), draw.normal(3, 2, 6, 5), draw.normal(18, 2), draw.normal(2))
                .sample(conv2d(2, 3, 0), draw.normal(2, 2, 8, 7), draw.normal(8, 5))
                .sample(conv2d(5, 1, 4), draw.normal(1, 1, 2, 3), draw.normal(25, 2), draw.normal(2))
                .sample(conv2d(3, 1, 1), draw.normal(0, 2, 4, 4), draw.normal(18, 3), draw.normal(3))
                .sample(conv2d(3, 1, 1), draw.normal(17, 1, 3, 17), draw.normal(9, 17), draw.normal(17))
                .sample(conv2d(3, 1, 1), draw.normal(3, 3, 19, 18), draw.normal(27, 33), draw.normal(33))
                .refuses(
                        "conv2d: wants (N, 1, height, width) of at least 3 x 3, x is (1, 2, 4, 4)",
                        () -> Convolutions.conv2d(
                                Tensor.zeros(1, 2, 4, 4),
                                Tensor.zeros(9, 1),
                                null,
                                new Window(3, 1, 0),
                                Tensor.zeros(1, 1, 2, 2)))
                .refuses(
                        "conv2d: weight must be (inChannels·3², outChannels), it is (10, 1)",
                        () -> Convolutions.conv2d(
                                Tensor.zeros(1, 1, 4, 4),
                                Tensor.zeros(10, 1),
                                null,
                                new Window(3, 1, 0),
                                Tensor.zeros(1, 1, 2, 2)))
                .refuses(
                        "Window: wants a size k and a stride of at least 1 and a padding from 0 to k - 1, they are 3, 1"
                                + " and 3",
                        () -> new Window(3, 1, 3))
                .refuses(
                        "conv2dBackward: dOut must be (1, 1, 2, 2), it is (1, 1, 4, 4)",
                        () -> Convolutions.conv2dBackwardInput(
                                Tensor.zeros(1, 1, 4, 4),
                                Tensor.zeros(9, 1),
                                new Window(3, 1, 0),
                                Tensor.zeros(1, 1, 4, 4)));
    }

    private static Shape pooled(Tensor x, int k, int stride) {
        return Shape.of(x.size(0), x.size(1), (x.size(2) - k) / stride + 1, (x.size(3) - k) / stride + 1);
    }

    private static Definition largest(int k, int stride) {
        return new Definition(x -> Definition.tensor(pooled(x[0], k, stride), at -> {
            double largest = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < k; i++) {
                for (int j = 0; j < k; j++) {
                    largest = Math.max(largest, x[0].get(at[0], at[1], at[2] * stride + i, at[3] * stride + j));
                }
            }
            return largest;
        }));
    }

    /** The gradient of an output goes to the pixel that it was. */
    private static Computation maxPool2d(int k, int stride) {
        var window = new Window(k, stride, 0);
        return new Computation(
                x -> {
                    var out = Tensor.zeros(x[0].dtype(), pooled(x[0], k, stride));
                    Convolutions.maxPool2d(x[0], window, out, Tensor.zeros(DType.INT32, out.shape()));
                    return out;
                },
                (dOut, x) -> {
                    var indices = Tensor.zeros(DType.INT32, dOut.shape());
                    Convolutions.maxPool2d(x[0], window, Gradients.zerosLike(dOut), indices);
                    var dX = Gradients.zerosLike(x[0]);
                    Convolutions.maxPool2dBackward(dOut, indices, dX);
                    return Gradients.of(dX);
                },
                largest(k, stride));
    }

    private Proof maxPool2d() {
        return Proof.named("Convolutions.maxPool2d")
                .sample(maxPool2d(1, 1), draw.normal(1, 1, 1, 1))
                .sample(maxPool2d(2, 2), draw.normal(2, 3, 4, 6))
                .sample(maxPool2d(2, 2), draw.normal(2, 3, 5, 7))
                .sample(maxPool2d(3, 1), draw.normal(1, 2, 5, 4))
                .sample(maxPool2d(3, 2), draw.normal(2, 1, 7, 7))
                .sample(maxPool2d(2, 3), draw.normal(3, 2, 6, 5))
                .sample(maxPool2d(2, 2), draw.normal(0, 2, 4, 4))
                .sample(maxPool2d(2, 2), draw.normal(2, 17, 2, 38))
                .refuses(
                        "maxPool2d: wants (N, channels, height, width) of at least 3 x 3, x is (1, 1, 2, 4)",
                        () -> Convolutions.maxPool2d(
                                Tensor.zeros(1, 1, 2, 4),
                                new Window(3, 1, 0),
                                Tensor.zeros(1, 1, 1, 2),
                                Gradients.zeros(DType.INT32, 1, 1, 1, 2)))
                .refuses(
                        "maxPool2d: out must be (1, 1, 2, 2), it is (1, 1, 4, 1)",
                        () -> Convolutions.maxPool2d(
                                Tensor.zeros(1, 1, 4, 4),
                                new Window(2, 2, 0),
                                Tensor.zeros(1, 1, 4, 1),
                                Gradients.zeros(DType.INT32, 1, 1, 4, 1)));
    }

    /** What a definition of rows (…, channels) says of images: each pixel is a row. */
    private static Definition ofPixels(Definition rows) {
        return new Definition(
                x -> images(x[0].shape(), rows.function().apply(pixels(x[0]), x[1], x[2])),
                x -> rows.terms().applyAsInt(new Tensor[] {pixels(x[0]), x[1], x[2]}),
                x -> images(x[0].shape(), rows.magnitude().apply(pixels(x[0]), x[1], x[2])));
    }

    private static Tensor pixels(Tensor x) {
        int area = x.size(2) * x.size(3);
        return Definition.tensor(
                Shape.of(x.size(0) * area, x.size(1)),
                i -> x.get(i[0] / area, i[1], i[0] % area / x.size(3), i[0] % x.size(3)));
    }

    private static Tensor images(Shape shape, Tensor pixels) {
        return Definition.tensor(shape, i -> pixels.get((i[0] * shape.size(2) + i[2]) * shape.size(3) + i[3], i[1]));
    }

    /** What the forward pass of a batch normalisation leaves. */
    private record Normalized(Tensor mean, Tensor inverseDeviation, int divisor, Tensor out) {
        static Normalized of(Tensor[] x, double epsilon, boolean unbiased) {
            int n = x[0].shape().elements() / x[0].size(1);
            var mean = Gradients.zerosLike(x[1]);
            var inverseDeviation = Gradients.zerosLike(x[1]);
            var out = Gradients.zerosLike(x[0]);
            int divisor = unbiased ? n - 1 : n;
            ImageNormalizations.batchNorm2d(
                    x[0], x[1], x[2], epsilon, divisor, mean, Gradients.zerosLike(x[1]), inverseDeviation, out);
            return new Normalized(mean, inverseDeviation, divisor, out);
        }
    }

    /** Gradients with the statistics of the batch, or with constant ones where the divisor is 0. */
    private static Tensor[] gradients(Tensor dOut, Tensor[] x, Tensor mean, Tensor inverseDeviation, int divisor) {
        var dX = Gradients.zerosLike(x[0]);
        var dGain = Gradients.zerosLike(x[1]);
        var dBias = Gradients.zerosLike(x[2]);
        ImageNormalizations.batchNorm2dBackward(dOut, x[0], x[1], mean, inverseDeviation, divisor, dGain, dBias, dX);
        return Gradients.of(dX, dGain, dBias);
    }

    /** As for rows, over the batch and all pixels of a channel. */
    private static Computation batchNorm2d(double epsilon, boolean unbiased) {
        return new Computation(
                x -> Normalized.of(x, epsilon, unbiased).out,
                (dOut, x) -> {
                    var state = Normalized.of(x, epsilon, unbiased);
                    return gradients(dOut, x, state.mean, state.inverseDeviation, state.divisor);
                },
                ofPixels(NormalizationDefinition.overRows(epsilon, unbiased)));
    }

    private Proof batchNorm2d() {
        return Proof.named("ImageNormalizations.batchNorm2d")
                .sample(batchNorm2d(1e-5, false), draw.normal(2, 1, 1, 1), draw.normal(1), draw.normal(1))
                .sample(batchNorm2d(1e-5, true), draw.normal(1, 2, 3, 1), draw.normal(2), draw.normal(2))
                .sample(batchNorm2d(1e-5, false), draw.normal(2, 3, 4, 5), draw.normal(3), draw.normal(3))
                .sample(batchNorm2d(1e-5, true), draw.normal(2, 3, 4, 5), draw.normal(3), draw.normal(3))
                .sample(batchNorm2d(0, false), draw.normal(3, 2, 4, 4), draw.normal(2), draw.normal(2))
                .sample(batchNorm2d(0.1, true), draw.normal(2, 5, 1, 17), draw.normal(5), draw.normal(5))
                .sample(batchNorm2d(1e-5, false), draw.normal(2, 2, 7, 7), draw.normal(2), draw.normal(2))
                .sample(batchNorm2d(1e-5, true), draw.normal(2, 17, 3, 3), draw.normal(17), draw.normal(17))
                .refuses(
                        "batchNorm2d: the variance of x (1, 3, 1, 1) would be divided by 0; the unbiased variance wants"
                                + " at least 2 values of a channel",
                        () -> batchNorm2d(0, true)
                                .forward()
                                .apply(Tensor.zeros(1, 3, 1, 1), Tensor.zeros(3), Tensor.zeros(3)))
                .refuses(
                        "batchNorm2d: wants (N, 4, height, width), x is (2, 3, 2, 2)",
                        () -> batchNorm2d(0, true)
                                .forward()
                                .apply(Tensor.zeros(2, 3, 2, 2), Tensor.zeros(4), Tensor.zeros(4)));
    }

    /** The statistics are constants. */
    private static Computation batchNorm2dEvaluation(Tensor mean, Tensor inverseDeviation) {
        return new Computation(
                x -> {
                    var out = Gradients.zerosLike(x[0]);
                    var dtype = x[0].dtype();
                    ImageNormalizations.batchNorm2dEvaluation(
                            x[0], x[1], x[2], mean.to(dtype), inverseDeviation.to(dtype), out);
                    return out;
                },
                (dOut, x) -> gradients(dOut, x, mean.to(dOut.dtype()), inverseDeviation.to(dOut.dtype()), 0),
                ofPixels(NormalizationDefinition.by(mean, inverseDeviation)));
    }

    private List<Tensor> inputs() {
        return List.of(
                draw.normal(1, 1, 1, 1),
                draw.normal(1, 2, 1, 17),
                draw.normal(2, 3, 4, 5),
                draw.normal(3, 1, 2, 2),
                draw.normal(2, 2, 7, 7),
                draw.normal(0, 3, 2, 2),
                draw.normal(2, 17, 1, 3),
                draw.normal(5, 2, 4, 8));
    }

    private Proof batchNorm2dEvaluation() {
        var operation = Proof.named("ImageNormalizations.batchNorm2dEvaluation")
                .refuses(
                        "batchNorm2d: wants 1 x 3 elements, mean is (2)",
                        () -> batchNorm2dEvaluation(Tensor.zeros(2), Tensor.zeros(3))
                                .forward()
                                .apply(Tensor.zeros(1, 3, 1, 1), Tensor.zeros(3), Tensor.zeros(3)));
        for (var x : inputs()) {
            int channels = x.size(1);
            var formula = batchNorm2dEvaluation(draw.normal(channels), draw.positive(channels));
            operation = operation.sample(formula, x, draw.normal(channels), draw.normal(channels));
        }
        return operation;
    }

    private static Proof convolution(
            Proof operation, int k, int stride, int padding, int outChannels, boolean bias, Tensor x) {
        return operation.layer(
                _ -> new Conv2d(
                        k,
                        stride,
                        padding,
                        Tensor.zeros(x.size(1) * k * k, outChannels),
                        bias ? Tensor.zeros(outChannels) : null),
                convolution(k, stride, padding),
                x);
    }

    private Proof conv2dLayer() {
        var operation = Proof.named("Conv2d")
                .refuses(
                        "Conv2d: wants (N, 2, height, width) of at least 3 x 3, x is (1, 2, 2, 4)",
                        () -> new Conv2d(3, 1, 0, Tensor.zeros(18, 1), null).forward(Tensor.zeros(1, 2, 2, 4)))
                .refuses(
                        "Conv2d: wants (N, 2, height, width) of at least 1 x 1, x is (1, 3, 4, 4)",
                        () -> new Conv2d(3, 1, 1, Tensor.zeros(18, 1), null).forward(Tensor.zeros(1, 3, 4, 4)))
                .refuses(
                        "Conv2d: weight must be (inChannels·3², outChannels), it is (10, 2)",
                        () -> new Conv2d(3, 1, 0, Tensor.zeros(10, 2), null))
                .refuses(
                        "Conv2d: bias must be (2) for weight (9, 2), it is (3)",
                        () -> new Conv2d(3, 1, 0, Tensor.zeros(9, 2), Tensor.zeros(3)))
                .refuses(
                        "Window: wants a size k and a stride of at least 1 and a padding from 0 to k - 1, they are 3, 1"
                                + " and 3",
                        () -> new Conv2d(3, 1, 3, Tensor.zeros(9, 2), null));
        operation = convolution(operation, 1, 1, 0, 1, true, draw.normal(1, 1, 1, 1));
        operation = convolution(operation, 3, 1, 1, 3, true, draw.normal(2, 2, 4, 5));
        operation = convolution(operation, 3, 1, 0, 2, false, draw.normal(2, 1, 5, 3));
        operation = convolution(operation, 3, 2, 1, 2, true, draw.normal(3, 2, 6, 5));
        operation = convolution(operation, 2, 2, 0, 5, false, draw.normal(2, 2, 6, 7));
        operation = convolution(operation, 5, 1, 2, 2, true, draw.normal(1, 1, 5, 6));
        operation = convolution(operation, 3, 1, 1, 3, true, draw.normal(0, 2, 4, 4));
        return convolution(operation, 3, 1, 1, 17, true, draw.normal(18, 1, 3, 17));
    }

    private Proof maxPool2dLayer() {
        return Proof.named("MaxPool2d")
                .layer(_ -> new MaxPool2d(1), largest(1, 1), draw.normal(1, 1, 1, 1))
                .layer(_ -> new MaxPool2d(2), largest(2, 2), draw.normal(2, 3, 4, 6))
                .layer(_ -> new MaxPool2d(2), largest(2, 2), draw.normal(2, 3, 5, 7))
                .layer(_ -> new MaxPool2d(3, 1), largest(3, 1), draw.normal(1, 2, 5, 4))
                .layer(_ -> new MaxPool2d(3, 2), largest(3, 2), draw.normal(2, 1, 7, 7))
                .layer(_ -> new MaxPool2d(2, 3), largest(2, 3), draw.normal(3, 2, 6, 5))
                .layer(_ -> new MaxPool2d(2), largest(2, 2), draw.normal(0, 2, 4, 4))
                .layer(_ -> new MaxPool2d(2), largest(2, 2), draw.normal(2, 17, 2, 38))
                .refuses(
                        "MaxPool2d: wants (N, channels, height, width) of at least 2 x 2, x is (1, 1, 1, 4)",
                        () -> new MaxPool2d(2).forward(Tensor.zeros(1, 1, 1, 4)))
                .refuses(
                        "Window: wants a size k and a stride of at least 1 and a padding from 0 to k - 1, they are 2, 0"
                                + " and 0",
                        () -> new MaxPool2d(2, 0));
    }

    private Proof batchNorm2dLayer(String name, BatchNormOptions options) {
        var operation = Proof.named(name)
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
        boolean unbiased = options.normalizeBy() == Variance.UNBIASED;
        var definition = ofPixels(NormalizationDefinition.overRows(options.epsilon(), unbiased));
        for (var x : List.of(
                draw.normal(3, 1, 1, 1),
                draw.normal(1, 2, 1, 17),
                draw.normal(2, 3, 4, 5),
                draw.normal(3, 1, 2, 2),
                draw.normal(2, 2, 7, 7),
                draw.normal(1, 1, 3, 3),
                draw.normal(2, 17, 1, 3),
                draw.normal(5, 2, 4, 8))) {
            operation = operation.layer(_ -> new BatchNorm2d(x.size(1), options), definition, x);
        }
        return operation;
    }

    private Proof batchNorm2dLayerInEvaluation() {
        var operation = Proof.named("BatchNorm2d, evaluation")
                .refuses("BatchNorm2d: wants (N, 3, height, width), x is (2, 3)", () -> {
                    var layer = new BatchNorm2d(3);
                    layer.train(false);
                    layer.forward(Tensor.zeros(2, 3));
                });
        for (var x : inputs()) {
            var mean = draw.normal(x.size(1));
            var variance = draw.positive(x.size(1));
            var inverseDeviation = variance.to(DType.FLOAT64)
                    .add(BatchNormOptions.PYTORCH.epsilon())
                    .sqrt()
                    .pow(-1);
            operation = operation.layer(
                    _ -> {
                        var layer = new BatchNorm2d(x.size(1));
                        layer.runningMean().copyFrom(mean);
                        layer.runningSpread().copyFrom(variance);
                        layer.train(false);
                        return layer;
                    },
                    ofPixels(NormalizationDefinition.by(mean, inverseDeviation)),
                    x);
        }
        return operation;
    }
}
