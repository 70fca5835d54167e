package handgrad.check.registry;

import static handgrad.check.registry.InputGradients.bias;
import static handgrad.check.registry.InputGradients.written;

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

    /** A convolution of x (n, channels, height, width) to so many channels, checked as operation and as layer. */
    private record Convolution(
            int k, int stride, int padding, int out, boolean bias, int n, int channels, int height, int width) {
        Tensor[] inputs(Draw draw) {
            var x = draw.normal(n, channels, height, width);
            var weight = draw.normal(channels * k * k, out);
            return bias ? new Tensor[] {x, weight, draw.normal(out)} : new Tensor[] {x, weight};
        }

        Conv2d layer() {
            var weight = Tensor.zeros(channels * k * k, out);
            return new Conv2d(k, stride, padding, weight, bias ? Tensor.zeros(out) : null);
        }
    }

    private static final List<Convolution> CONVOLUTIONS = List.of(
            new Convolution(1, 1, 0, 1, true, 1, 1, 1, 1),
            new Convolution(3, 1, 1, 3, true, 2, 2, 4, 5),
            new Convolution(3, 1, 0, 2, false, 2, 1, 5, 3),
            new Convolution(3, 2, 1, 2, true, 3, 2, 6, 5),
            new Convolution(2, 2, 0, 5, false, 2, 2, 6, 7),
            new Convolution(2, 3, 0, 5, false, 2, 2, 8, 7),
            new Convolution(5, 1, 2, 2, true, 1, 1, 5, 6),
            new Convolution(5, 1, 4, 2, true, 1, 1, 2, 3),
            new Convolution(3, 1, 1, 3, true, 0, 2, 4, 4),
            new Convolution(3, 1, 1, 2, true, 17, 1, 3, 9),
            new Convolution(3, 1, 1, 17, true, 2, 1, 3, 17));

    /** A pooling of images x (n, channels, height, width), checked as operation and as layer. */
    private record Pooling(int k, int stride, int n, int channels, int height, int width) {}

    private static final List<Pooling> POOLINGS = List.of(
            new Pooling(1, 1, 1, 1, 1, 1),
            new Pooling(2, 2, 2, 3, 4, 6),
            new Pooling(2, 2, 2, 3, 5, 7),
            new Pooling(3, 1, 1, 2, 5, 4),
            new Pooling(3, 2, 2, 1, 7, 7),
            new Pooling(2, 3, 3, 2, 6, 5),
            new Pooling(2, 2, 0, 2, 4, 4),
            new Pooling(2, 2, 2, 17, 2, 38));

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
                (dOut, x) -> InputGradients.ofAll(x, d -> {
                    Convolutions.conv2dBackwardInput(dOut, x[1], window, d[0]);
                    Convolutions.conv2dBackwardParameters(x[0], dOut, window, d[1], bias(d));
                }),
                convolution(k, stride, padding));
    }

    private Proof conv2d() {
        var proof = Proof.named("Convolutions.conv2d");
        for (var c : CONVOLUTIONS) {
            proof = proof.sample(conv2d(c.k, c.stride, c.padding), c.inputs(draw));
        }
        return proof.sample(conv2d(3, 1, 1), draw.normal(2, 1, 19, 18), draw.normal(9, 3), draw.normal(3))
                .sample(conv2d(3, 1, 1), draw.normal(1, 2, 5, 7), draw.normal(18, 33), draw.normal(33))
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
                    Convolutions.maxPool2d(x[0], window, InputGradients.zerosLike(dOut), indices);
                    return InputGradients.of(written(x[0], dX -> Convolutions.maxPool2dBackward(dOut, indices, dX)));
                },
                largest(k, stride));
    }

    private Proof maxPool2d() {
        var proof = Proof.named("Convolutions.maxPool2d");
        for (var p : POOLINGS) {
            proof = proof.sample(maxPool2d(p.k, p.stride), draw.normal(p.n, p.channels, p.height, p.width));
        }
        return proof.refuses(
                        "maxPool2d: wants (N, channels, height, width) of at least 3 x 3, x is (1, 1, 2, 4)",
                        () -> Convolutions.maxPool2d(
                                Tensor.zeros(1, 1, 2, 4),
                                new Window(3, 1, 0),
                                Tensor.zeros(1, 1, 1, 2),
                                InputGradients.zeros(DType.INT32, 1, 1, 1, 2)))
                .refuses(
                        "maxPool2d: out must be (1, 1, 2, 2), it is (1, 1, 4, 1)",
                        () -> Convolutions.maxPool2d(
                                Tensor.zeros(1, 1, 4, 4),
                                new Window(2, 2, 0),
                                Tensor.zeros(1, 1, 4, 1),
                                InputGradients.zeros(DType.INT32, 1, 1, 4, 1)));
    }

    private Proof conv2dLayer() {
        var proof = Proof.named("Conv2d");
        for (var c : CONVOLUTIONS) {
            var x = draw.normal(c.n, c.channels, c.height, c.width);
            proof = proof.layer(_ -> c.layer(), convolution(c.k, c.stride, c.padding), x);
        }
        return proof.refuses(
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
    }

    private Proof maxPool2dLayer() {
        var proof = Proof.named("MaxPool2d");
        for (var p : POOLINGS) {
            var x = draw.normal(p.n, p.channels, p.height, p.width);
            proof = proof.layer(_ -> new MaxPool2d(p.k, p.stride), largest(p.k, p.stride), x);
        }
        return proof.refuses(
                        "MaxPool2d: wants (N, channels, height, width) of at least 2 x 2, x is (1, 1, 1, 4)",
                        () -> new MaxPool2d(2).forward(Tensor.zeros(1, 1, 1, 4)))
                .refuses(
                        "Window: wants a size k and a stride of at least 1 and a padding from 0 to k - 1, they are 2, 0"
                                + " and 0",
                        () -> new MaxPool2d(2, 0));
    }
}
