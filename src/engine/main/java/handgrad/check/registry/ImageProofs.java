package handgrad.check.registry;

import static handgrad.check.registry.Gradients.bias;
import static handgrad.check.registry.Gradients.written;

import handgrad.nn.Conv2d;
import handgrad.nn.MaxPool2d;
import handgrad.tensor.Convolutions;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import handgrad.tensor.Window;
import java.util.List;

/** Operations and layers of images (N, channels, height, width). */
final class ImageProofs {
    private final Draw draw = new Draw(12);

    List<Proof> proofs() {
        return List.of(conv2d(), maxPool2d(), conv2dLayer(), maxPool2dLayer());
    }

    /**
     * The definition of a convolution, followed literally; x is the images, the weight and, if there is one, the bias.
     */
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
                x -> written(
                        x[0],
                        convolved(x[0], x[1], k, stride, padding),
                        out -> Convolutions.conv2d(x[0], x[1], bias(x), window, out)),
                (dOut, x) -> Gradients.ofAll(x, d -> {
                    Convolutions.conv2dBackwardInput(dOut, x[1], window, d[0]);
                    Convolutions.conv2dBackwardParameters(x[0], dOut, window, d[1], bias(d));
                }),
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
                x -> written(
                        x[0],
                        pooled(x[0], k, stride),
                        out -> Convolutions.maxPool2d(x[0], window, out, Tensor.zeros(DType.INT32, out.shape()))),
                (dOut, x) -> {
                    var indices = Tensor.zeros(DType.INT32, dOut.shape());
                    Convolutions.maxPool2d(x[0], window, Gradients.zerosLike(dOut), indices);
                    return Gradients.of(written(x[0], dX -> Convolutions.maxPool2dBackward(dOut, indices, dX)));
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
}
