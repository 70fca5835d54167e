package handgrad.check.registry;

import static handgrad.check.registry.InputGradients.bias;
import static handgrad.check.registry.InputGradients.written;

import handgrad.nn.Conv2d;
import handgrad.nn.Conv2dOptions;
import handgrad.nn.ConvTranspose2d;
import handgrad.nn.ConvTranspose2dOptions;
import handgrad.random.TorchRandom;
import handgrad.tensor.Convolutions;
import handgrad.tensor.Shape;
import handgrad.tensor.Size2d;
import handgrad.tensor.Tensor;
import handgrad.tensor.Window;
import java.util.List;

/** Convolutions of images (N, channels, height, width), and their transposes. */
final class ConvolutionProofs {
    private static final Window THREE = new Window(3, 1, 0);

    private final Draw draw = new Draw(12);

    /** A convolution of x (n, channels, height, width) to so many channels, checked as operation and as layer. */
    private record Case(Window window, int groups, int out, boolean bias, int n, int channels, int height, int width) {
        Case(int k, int stride, int padding, int out, boolean bias, int n, int channels, int height, int width) {
            this(new Window(k, stride, padding), 1, out, bias, n, channels, height, width);
        }

        int taps() {
            return channels / groups * window.area();
        }

        Tensor[] inputs(Draw draw) {
            var x = draw.normal(n, channels, height, width);
            var weight = draw.normal(taps(), out);
            return bias ? new Tensor[] {x, weight, draw.normal(out)} : new Tensor[] {x, weight};
        }

        Conv2d layer() {
            return new Conv2d(window, groups, Tensor.zeros(taps(), out), bias ? Tensor.zeros(out) : null);
        }

        /** What the convolution makes of images of these sizes. */
        Shape output() {
            var x = Tensor.zeros(n, channels, height, width);
            return Shape.of(n, out, window.outHeight(x), window.outWidth(x));
        }

        /** The inputs of the transposed convolution, which makes images of these sizes. */
        Tensor[] transposedInputs(Draw draw) {
            var x = draw.normal(output().toArray());
            var weight = draw.normal(taps(), out);
            return bias ? new Tensor[] {x, weight, draw.normal(channels)} : new Tensor[] {x, weight};
        }

        ConvTranspose2d transposedLayer() {
            var outputPadding = new Size2d(
                    (height + 2 * window.padding().height() - window.kernel().height())
                            % window.stride().height(),
                    (width + 2 * window.padding().width() - window.kernel().width())
                            % window.stride().width());
            return new ConvTranspose2d(
                    window, outputPadding, groups, Tensor.zeros(taps(), out), bias ? Tensor.zeros(channels) : null);
        }
    }

    private static Window window(int height, int width, int down, int across, int paddingHeight, int paddingWidth) {
        return new Window(new Size2d(height, width), new Size2d(down, across), new Size2d(paddingHeight, paddingWidth));
    }

    private static final List<Case> CASES = List.of(
            new Case(1, 1, 0, 1, true, 1, 1, 1, 1),
            new Case(3, 1, 1, 3, true, 2, 2, 4, 5),
            new Case(3, 1, 0, 2, false, 2, 1, 5, 3),
            new Case(3, 2, 1, 2, true, 3, 2, 6, 5),
            new Case(2, 2, 0, 5, false, 2, 2, 6, 7),
            new Case(2, 3, 0, 5, false, 2, 2, 8, 7),
            new Case(5, 1, 2, 2, true, 1, 1, 5, 6),
            new Case(5, 1, 4, 2, true, 1, 1, 2, 3),
            new Case(3, 1, 1, 3, true, 0, 2, 4, 4),
            new Case(3, 1, 1, 2, true, 17, 1, 3, 9),
            new Case(3, 1, 1, 17, true, 2, 1, 3, 17),
            new Case(window(3, 5, 1, 1, 0, 0), 1, 3, true, 2, 2, 4, 7),
            new Case(window(3, 5, 2, 1, 0, 2), 1, 3, true, 2, 2, 7, 4),
            new Case(window(1, 4, 3, 2, 0, 3), 1, 2, false, 1, 2, 5, 6),
            new Case(window(4, 1, 1, 3, 2, 0), 1, 2, true, 3, 1, 3, 8),
            new Case(window(3, 5, 2, 1, 0, 2), 2, 4, true, 2, 4, 6, 5),
            new Case(window(3, 3, 1, 1, 1, 1), 3, 6, false, 1, 6, 3, 18),
            new Case(window(2, 3, 1, 2, 1, 1), 5, 5, true, 2, 5, 3, 6),
            new Case(window(3, 3, 2, 2, 1, 1), 2, 8, true, 2, 2, 5, 5),
            new Case(window(3, 3, 1, 1, 1, 1), 2, 4, true, 0, 2, 4, 4));

    List<Proof> proofs() {
        return List.of(conv2d(), convTranspose2d(), conv2dLayer(), convTranspose2dLayer());
    }

    /** The products that a convolution of x to out adds up, by the places of their factors and of their sum. */
    private interface Term {
        void add(int[] in, int[] weight, int[] out);
    }

    private static void eachTerm(Window window, int groups, Shape x, Shape weight, Shape out, Term term) {
        Definition.tensor(Shape.of(out.size(0), out.size(1), out.size(2), out.size(3), weight.size(0)), at -> {
            int tap = at[4] % window.area();
            int row = at[2] * window.stride().height()
                    + tap / window.kernel().width()
                    - window.padding().height();
            int column = at[3] * window.stride().width()
                    + tap % window.kernel().width()
                    - window.padding().width();
            if (row >= 0 && row < x.size(2) && column >= 0 && column < x.size(3)) {
                int group = at[1] / (out.size(1) / groups);
                int channel = group * (x.size(1) / groups) + at[4] / window.area();
                term.add(new int[] {at[0], channel, row, column}, new int[] {at[4], at[1]}, new int[] {
                    at[0], at[1], at[2], at[3]
                });
            }
            return 0;
        });
    }

    /** Images of the biases of their channels, to which the terms are added. */
    private static Tensor biases(Shape shape, Tensor[] x) {
        return Definition.tensor(shape, at -> x.length == 3 ? x[2].get(at[1]) : 0);
    }

    /**
     * The definition of a convolution, followed literally; x is the images, the weight and, if there is one, the bias.
     */
    private static Definition convolution(Case c) {
        return new Definition(
                x -> {
                    var out = biases(c.output(), x);
                    eachTerm(
                            c.window,
                            c.groups,
                            x[0].shape(),
                            x[1].shape(),
                            out.shape(),
                            (in, weight, at) -> out.set(out.get(at) + x[0].get(in) * x[1].get(weight), at));
                    return out;
                },
                x -> x[1].size(0) + 1);
    }

    /** The definition of its transpose: the same terms, with input and output exchanged. */
    private static Definition transposed(Case c) {
        return new Definition(
                x -> {
                    var out = biases(Shape.of(c.n, c.channels, c.height, c.width), x);
                    eachTerm(
                            c.window,
                            c.groups,
                            out.shape(),
                            x[1].shape(),
                            x[0].shape(),
                            (at, weight, in) -> out.set(out.get(at) + x[0].get(in) * x[1].get(weight), at));
                    return out;
                },
                x -> x[1].size(1) / c.groups * c.window.area() + 1);
    }

    /** dWeight and dBias sum over images and pixels, dX over the outputs that saw a pixel. */
    private static Computation conv2d(Case c) {
        return new Computation(
                x -> written(
                        x[0], c.output(), out -> Convolutions.conv2d(x[0], x[1], bias(x), c.window, c.groups, out)),
                (dOut, x) -> InputGradients.ofAll(x, d -> {
                    Convolutions.conv2dBackwardInput(dOut, x[1], c.window, c.groups, d[0]);
                    Convolutions.conv2dBackwardParameters(x[0], dOut, c.window, c.groups, d[1], bias(d));
                }),
                convolution(c));
    }

    private Proof conv2d() {
        var proof = Proof.named("Convolutions.conv2d");
        for (var c : CASES) {
            proof = proof.sample(conv2d(c), c.inputs(draw));
        }
        var wide = new Case(3, 1, 1, 3, true, 2, 1, 19, 18);
        var deep = new Case(3, 1, 1, 33, true, 1, 2, 5, 7);
        return proof.sample(conv2d(wide), wide.inputs(draw))
                .sample(conv2d(deep), deep.inputs(draw))
                .refuses(
                        "conv2d: wants (N, 1, height, width) of at least 3 x 3, x is (1, 2, 4, 4)",
                        () -> Convolutions.conv2d(
                                Tensor.zeros(1, 2, 4, 4), Tensor.zeros(9, 1), null, THREE, 1, Tensor.zeros(1, 1, 2, 2)))
                .refuses(
                        "conv2d: wants (N, 2, height, width) of at least 3 x 1, x is (1, 2, 2, 9)",
                        () -> Convolutions.conv2d(
                                Tensor.zeros(1, 2, 2, 9),
                                Tensor.zeros(15, 2),
                                null,
                                window(3, 5, 1, 1, 0, 2),
                                2,
                                Tensor.zeros(1, 2, 1, 9)))
                .refuses(
                        "conv2d: weight must be (channels of x·3·3, channels of out), it is (10, 1)",
                        () -> Convolutions.conv2d(
                                Tensor.zeros(1, 1, 4, 4),
                                Tensor.zeros(10, 1),
                                null,
                                THREE,
                                1,
                                Tensor.zeros(1, 1, 2, 2)))
                .refuses(
                        "conv2d: wants groups of at least 1 that divide the channels of out, they are 2, weight is (9,"
                                + " 3)",
                        () -> Convolutions.conv2d(
                                Tensor.zeros(1, 2, 4, 4), Tensor.zeros(9, 3), null, THREE, 2, Tensor.zeros(1, 3, 2, 2)))
                .refuses(
                        "Window: wants a kernel and a stride of at least 1 and a padding from 0 to less than the"
                                + " kernel, they are 3 x 3, 1 x 1 and 3 x 3",
                        () -> new Window(3, 1, 3))
                .refuses(
                        "Window: wants a kernel and a stride of at least 1 and a padding from 0 to less than the"
                                + " kernel, they are 3 x 5, 1 x 0 and 0 x 2",
                        () -> window(3, 5, 1, 0, 0, 2))
                .refuses(
                        "conv2dBackward: dOut must be (1, 1, 2, 2), it is (1, 1, 4, 4)",
                        () -> Convolutions.conv2dBackwardInput(
                                Tensor.zeros(1, 1, 4, 4), Tensor.zeros(9, 1), THREE, 1, Tensor.zeros(1, 1, 4, 4)));
    }

    /** dX is the convolution of dOut; dWeight and dBias sum over images and pixels. */
    private static Computation convTranspose2d(Case c) {
        return new Computation(
                x -> written(
                        x[0],
                        Shape.of(c.n, c.channels, c.height, c.width),
                        out -> Convolutions.convTranspose2d(x[0], x[1], bias(x), c.window, c.groups, out)),
                (dOut, x) -> InputGradients.ofAll(x, d -> {
                    Convolutions.convTranspose2dBackwardInput(dOut, x[1], c.window, c.groups, d[0]);
                    Convolutions.convTranspose2dBackwardParameters(x[0], dOut, c.window, c.groups, d[1], bias(d));
                }),
                transposed(c));
    }

    private Proof convTranspose2d() {
        var proof = Proof.named("Convolutions.convTranspose2d");
        for (var c : CASES) {
            proof = proof.sample(convTranspose2d(c), c.transposedInputs(draw));
        }
        return proof.refuses(
                        "convTranspose2d: x must be (1, 2, 2, 2), it is (1, 2, 4, 4)",
                        () -> Convolutions.convTranspose2d(
                                Tensor.zeros(1, 2, 4, 4), Tensor.zeros(9, 2), null, THREE, 1, Tensor.zeros(1, 1, 4, 4)))
                .refuses(
                        "convTranspose2d: weight must be (channels of out/2·3·3, channels of x), it is (10, 2)",
                        () -> Convolutions.convTranspose2d(
                                Tensor.zeros(1, 2, 2, 2),
                                Tensor.zeros(10, 2),
                                null,
                                THREE,
                                2,
                                Tensor.zeros(1, 2, 4, 4)))
                .refuses(
                        "convTranspose2d: wants 1 x 2 elements, bias is (3)",
                        () -> Convolutions.convTranspose2d(
                                Tensor.zeros(1, 3, 2, 2),
                                Tensor.zeros(18, 3),
                                Tensor.zeros(3),
                                THREE,
                                1,
                                Tensor.zeros(1, 2, 4, 4)));
    }

    private Proof conv2dLayer() {
        var proof = Proof.named("Conv2d");
        for (var c : CASES) {
            proof = proof.layer(_ -> c.layer(), convolution(c), draw.normal(c.n, c.channels, c.height, c.width));
        }
        return proof.refuses(
                        "Conv2d: wants (N, 2, height, width) of at least 3 x 3, x is (1, 2, 2, 4)",
                        () -> new Conv2d(3, 1, 0, Tensor.zeros(18, 1), null).forward(Tensor.zeros(1, 2, 2, 4)))
                .refuses(
                        "Conv2d: wants (N, 2, height, width) of at least 1 x 1, x is (1, 3, 4, 4)",
                        () -> new Conv2d(3, 1, 1, Tensor.zeros(18, 1), null).forward(Tensor.zeros(1, 3, 4, 4)))
                .refuses(
                        "Conv2d: weight must be (inChannels·3·3, outChannels), it is (10, 2)",
                        () -> new Conv2d(3, 1, 0, Tensor.zeros(10, 2), null))
                .refuses(
                        "Conv2d: weight must be (inChannels/2·3·3, outChannels) with outChannels a multiple of 2, it is"
                                + " (9, 3)",
                        () -> new Conv2d(THREE, 2, Tensor.zeros(9, 3), null))
                .refuses(
                        "Conv2d: wants at least 1 group, there are 0",
                        () -> new Conv2d(THREE, 0, Tensor.zeros(9, 3), null))
                .refuses(
                        "Conv2d: wants groups that divide both channels, the groups are 4, inChannels 6, outChannels 8",
                        () -> new Conv2d(6, 8, 3, Conv2dOptions.PYTORCH.withGroups(4), TorchRandom.seeded(1)))
                .refuses(
                        "Conv2dOptions: wants a stride of at least 1, a padding of at least 0 and at least 1 group,"
                                + " they are 1 x 2, 0 x 0 and 0",
                        () -> Conv2dOptions.PYTORCH.withStride(1, 2).withGroups(0))
                .refuses(
                        "Conv2d: bias must be (2) for weight (9, 2), it is (3)",
                        () -> new Conv2d(3, 1, 0, Tensor.zeros(9, 2), Tensor.zeros(3)))
                .refuses(
                        "Window: wants a kernel and a stride of at least 1 and a padding from 0 to less than the"
                                + " kernel, they are 3 x 3, 1 x 1 and 3 x 3",
                        () -> new Conv2d(3, 1, 3, Tensor.zeros(9, 2), null));
    }

    private Proof convTranspose2dLayer() {
        var proof = Proof.named("ConvTranspose2d");
        for (var c : CASES) {
            proof = proof.layer(
                    _ -> c.transposedLayer(),
                    transposed(c),
                    draw.normal(c.output().toArray()));
        }
        var none = Size2d.square(0);
        return proof.refuses(
                        "ConvTranspose2d: wants (N, 2, height, width) of at least 1 x 1, x is (1, 3, 4, 4)",
                        () -> new ConvTranspose2d(THREE, none, 1, Tensor.zeros(9, 2), null)
                                .forward(Tensor.zeros(1, 3, 4, 4)))
                .refuses(
                        "ConvTranspose2d: weight must be (outChannels/2·3·3, inChannels) with inChannels a multiple of"
                                + " 2, it is (9, 3)",
                        () -> new ConvTranspose2d(THREE, none, 2, Tensor.zeros(9, 3), null))
                .refuses(
                        "ConvTranspose2d: bias must be (4) for weight (18, 6) in 2 groups, it is (6)",
                        () -> new ConvTranspose2d(THREE, none, 2, Tensor.zeros(18, 6), Tensor.zeros(6)))
                .refuses(
                        "ConvTranspose2d: wants an output padding from 0 to less than the stride, it is 1 x 2, the"
                                + " stride 2 x 2",
                        () -> new ConvTranspose2d(new Window(3, 2, 0), new Size2d(1, 2), 1, Tensor.zeros(9, 2), null))
                .refuses(
                        "ConvTranspose2d: a size becomes (size - 1)·stride - 2·padding + kernel + outputPadding, of x"
                                + " (1, 2, 1, 4) it becomes -1; it must be 1 to 2^31 - 1",
                        () -> new ConvTranspose2d(new Window(3, 1, 2), none, 1, Tensor.zeros(9, 2), null)
                                .forward(Tensor.zeros(1, 2, 1, 4)))
                .refuses(
                        "ConvTranspose2d: wants groups that divide both channels, the groups are 2, inChannels 3,"
                                + " outChannels 4",
                        () -> new ConvTranspose2d(
                                3, 4, 3, ConvTranspose2dOptions.PYTORCH.withGroups(2), TorchRandom.seeded(1)))
                .refuses(
                        "ConvTranspose2dOptions: wants a stride of at least 1, paddings of at least 0 and at least 1"
                                + " group, the stride is 0 x 2, the padding 0 x 0, the output padding 0 x 0, the groups"
                                + " are 1",
                        () -> ConvTranspose2dOptions.PYTORCH.withStride(0, 2));
    }
}
