package handgrad.check.registry;

import static handgrad.check.registry.InputGradients.written;

import handgrad.nn.AvgPool2d;
import handgrad.nn.GlobalAvgPool2d;
import handgrad.nn.MaxPool2d;
import handgrad.tensor.DType;
import handgrad.tensor.Pooling;
import handgrad.tensor.Shape;
import handgrad.tensor.Size2d;
import handgrad.tensor.Tensor;
import handgrad.tensor.Window;
import java.util.List;

/** Poolings of images (N, channels, height, width). */
final class PoolingProofs {
    private static final Window LARGE_PADDING = new Window(3, 1, 2);

    private final Draw draw = new Draw(13);

    /** A pooling of images x (n, channels, height, width), checked as operation and as layer. */
    private record Case(Window window, int n, int channels, int height, int width) {
        Case(int k, int stride, int padding, int n, int channels, int height, int width) {
            this(new Window(k, stride, padding), n, channels, height, width);
        }

        Tensor input(Draw draw) {
            return draw.normal(n, channels, height, width);
        }
    }

    private static final List<Case> CASES = List.of(
            new Case(1, 1, 0, 1, 1, 1, 1),
            new Case(2, 2, 0, 2, 3, 4, 6),
            new Case(2, 2, 0, 2, 3, 5, 7),
            new Case(3, 1, 0, 1, 2, 5, 4),
            new Case(3, 2, 0, 2, 1, 7, 7),
            new Case(2, 3, 0, 3, 2, 6, 5),
            new Case(2, 2, 0, 0, 2, 4, 4),
            new Case(2, 2, 0, 2, 17, 2, 38),
            new Case(3, 2, 1, 2, 3, 7, 6),
            new Case(3, 1, 1, 1, 2, 1, 4),
            new Case(5, 3, 2, 2, 1, 6, 3),
            new Case(new Window(new Size2d(2, 3), new Size2d(1, 2), new Size2d(0, 1)), 2, 2, 5, 6),
            new Case(new Window(new Size2d(4, 1), new Size2d(3, 1), new Size2d(2, 0)), 1, 3, 5, 18));

    List<Proof> proofs() {
        return List.of(maxPool2d(), avgPool2d(), maxPool2dLayer(), avgPool2dLayer(), globalAvgPool2dLayer());
    }

    private static Shape pooled(Tensor x, Window window) {
        return Shape.of(x.size(0), x.size(1), window.outHeight(x), window.outWidth(x));
    }

    /** What is done with the pixels of a window, one after the other, and what comes of them. */
    private interface Fold {
        double next(double before, double pixel);
    }

    /** A fold over the pixels of x that the window of an output sees. */
    private static double fold(Window window, Tensor x, int[] at, double start, Fold fold) {
        double result = start;
        for (int i = 0; i < window.kernel().height(); i++) {
            for (int j = 0; j < window.kernel().width(); j++) {
                int row =
                        at[2] * window.stride().height() + i - window.padding().height();
                int column =
                        at[3] * window.stride().width() + j - window.padding().width();
                if (row >= 0 && row < x.size(2) && column >= 0 && column < x.size(3)) {
                    result = fold.next(result, x.get(at[0], at[1], row, column));
                }
            }
        }
        return result;
    }

    private static Definition largest(Window window) {
        return new Definition(x -> Definition.tensor(
                pooled(x[0], window), at -> fold(window, x[0], at, Double.NEGATIVE_INFINITY, Math::max)));
    }

    private static Definition mean(Window window) {
        return new Definition(
                x -> Definition.tensor(
                        pooled(x[0], window), at -> fold(window, x[0], at, 0, Double::sum) / window.area()),
                _ -> window.area() + 1);
    }

    /** The gradient of an output goes to the pixel that it was. */
    private static Computation maxPool2d(Window window) {
        return new Computation(
                x -> written(
                        x[0],
                        pooled(x[0], window),
                        out -> Pooling.maxPool2d(x[0], window, out, Tensor.zeros(DType.INT32, out.shape()))),
                (dOut, x) -> {
                    var indices = Tensor.zeros(DType.INT32, dOut.shape());
                    Pooling.maxPool2d(x[0], window, InputGradients.zerosLike(dOut), indices);
                    return InputGradients.of(written(x[0], dX -> Pooling.maxPool2dBackward(dOut, indices, dX)));
                },
                largest(window));
    }

    private Proof maxPool2d() {
        var proof = Proof.named("Pooling.maxPool2d");
        for (var c : CASES) {
            proof = proof.sample(maxPool2d(c.window), c.input(draw));
        }
        return proof.refuses(
                        "maxPool2d: wants (N, channels, height, width) of at least 3 x 3, x is (1, 1, 2, 4)",
                        () -> Pooling.maxPool2d(
                                Tensor.zeros(1, 1, 2, 4),
                                new Window(3, 1, 0),
                                Tensor.zeros(1, 1, 1, 2),
                                InputGradients.zeros(DType.INT32, 1, 1, 1, 2)))
                .refuses(
                        "maxPool2d: wants a padding of at most half of the kernel, the kernel is 3 x 3, the padding 2 x"
                                + " 2",
                        () -> Pooling.maxPool2d(
                                Tensor.zeros(1, 1, 4, 4),
                                LARGE_PADDING,
                                Tensor.zeros(1, 1, 6, 6),
                                InputGradients.zeros(DType.INT32, 1, 1, 6, 6)))
                .refuses(
                        "maxPool2d: out must be (1, 1, 2, 2), it is (1, 1, 4, 1)",
                        () -> Pooling.maxPool2d(
                                Tensor.zeros(1, 1, 4, 4),
                                new Window(2, 2, 0),
                                Tensor.zeros(1, 1, 4, 1),
                                InputGradients.zeros(DType.INT32, 1, 1, 4, 1)));
    }

    /** Each pixel of a window gets the same share. */
    private static Computation avgPool2d(Window window) {
        return new Computation(
                x -> written(x[0], pooled(x[0], window), out -> Pooling.avgPool2d(x[0], window, out)),
                (dOut, x) -> InputGradients.of(written(x[0], dX -> Pooling.avgPool2dBackward(dOut, window, dX))),
                mean(window));
    }

    private Proof avgPool2d() {
        var proof = Proof.named("Pooling.avgPool2d");
        for (var c : CASES) {
            proof = proof.sample(avgPool2d(c.window), c.input(draw));
        }
        return proof.refuses(
                        "avgPool2d: wants (N, channels, height, width) of at least 3 x 1, x is (1, 1, 2, 4)",
                        () -> Pooling.avgPool2d(
                                Tensor.zeros(1, 1, 2, 4),
                                new Window(new Size2d(3, 1), Size2d.square(1), Size2d.square(0)),
                                Tensor.zeros(1, 1, 1, 4)))
                .refuses(
                        "avgPool2d: wants a padding of at most half of the kernel, the kernel is 3 x 3, the padding 2 x"
                                + " 2",
                        () -> Pooling.avgPool2d(Tensor.zeros(1, 1, 4, 4), LARGE_PADDING, Tensor.zeros(1, 1, 6, 6)))
                .refuses(
                        "avgPool2dBackward: dOut must be (1, 1, 2, 2), it is (1, 1, 4, 1)",
                        () -> Pooling.avgPool2dBackward(
                                Tensor.zeros(1, 1, 4, 1), new Window(2, 2, 0), Tensor.zeros(1, 1, 4, 4)))
                .refuses("avgPool2d: out must not share the elements of x", () -> {
                    var x = Tensor.zeros(1, 1, 2, 2);
                    Pooling.avgPool2d(x, new Window(1, 1, 0), x);
                });
    }

    private Proof maxPool2dLayer() {
        var proof = Proof.named("MaxPool2d");
        for (var c : CASES) {
            proof = proof.layer(_ -> new MaxPool2d(c.window), largest(c.window), c.input(draw));
        }
        return proof.refuses(
                        "MaxPool2d: wants (N, channels, height, width) of at least 2 x 2, x is (1, 1, 1, 4)",
                        () -> new MaxPool2d(2).forward(Tensor.zeros(1, 1, 1, 4)))
                .refuses(
                        "MaxPool2d: wants a padding of at most half of the kernel, the kernel is 3 x 3, the padding 2 x"
                                + " 2",
                        () -> new MaxPool2d(3, 1, 2))
                .refuses(
                        "Window: wants a kernel and a stride of at least 1 and a padding from 0 to less than the"
                                + " kernel, they are 2 x 2, 0 x 0 and 0 x 0",
                        () -> new MaxPool2d(2, 0));
    }

    private Proof avgPool2dLayer() {
        var proof = Proof.named("AvgPool2d");
        for (var c : CASES) {
            proof = proof.layer(_ -> new AvgPool2d(c.window), mean(c.window), c.input(draw));
        }
        return proof.refuses(
                        "AvgPool2d: wants (N, channels, height, width) of at least 2 x 2, x is (1, 1, 1, 4)",
                        () -> new AvgPool2d(2).forward(Tensor.zeros(1, 1, 1, 4)))
                .refuses(
                        "AvgPool2d: wants a padding of at most half of the kernel, the kernel is 3 x 3, the padding 2 x"
                                + " 2",
                        () -> new AvgPool2d(3, 1, 2));
    }

    private Proof globalAvgPool2dLayer() {
        var proof = Proof.named("GlobalAvgPool2d");
        for (var c : CASES) {
            var all = new Window(new Size2d(c.height, c.width), Size2d.square(1), Size2d.square(0));
            proof = proof.layer(_ -> new GlobalAvgPool2d(), mean(all), c.input(draw));
        }
        return proof.refuses(
                "GlobalAvgPool2d: wants (N, channels, height, width) of at least 1 x 1, x is (2, 3, 0, 4)",
                () -> new GlobalAvgPool2d().forward(Tensor.zeros(2, 3, 0, 4)));
    }
}
