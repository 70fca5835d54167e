package handgrad.check.registry;

import static handgrad.check.registry.InputGradients.written;
import static handgrad.check.registry.InputGradients.zerosLike;

import handgrad.check.TensorFunction;
import handgrad.nn.CausalConv1d;
import handgrad.nn.GatedActivation;
import handgrad.nn.GatedResidualStack;
import handgrad.nn.Layer;
import handgrad.random.TorchRandom;
import handgrad.tensor.Activations;
import handgrad.tensor.Sequences;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Convolutions over time and the parts of WaveNet. */
final class WaveNetProofs {
    private final Draw draw = new Draw(10);

    List<Proof> proofs() {
        return List.of(unfold(), crop(), gate(), causalConv1d(), gatedActivation(), gatedResidualStack());
    }

    /** out[n, t, j·C + c] = x[n, t + j·d, c]; each element of dX sums dOut over the places it was copied to. */
    private static Computation unfold(int taps, int dilation) {
        return new Computation(
                x -> written(
                        x[0],
                        Shape.of(x[0].size(0), x[0].size(1) - (taps - 1) * dilation, taps * x[0].size(2)),
                        out -> Sequences.unfold(x[0], dilation, out)),
                (dOut, x) -> InputGradients.of(written(x[0], dX -> Sequences.unfoldBackward(dOut, dilation, dX))),
                new Definition(x -> unfolded(x[0], taps, dilation)));
    }

    private static Tensor unfolded(Tensor x, int taps, int dilation) {
        int channels = x.size(2);
        var shape = Shape.of(x.size(0), x.size(1) - (taps - 1) * dilation, taps * channels);
        return Definition.tensor(shape, i -> x.get(i[0], i[1] + i[2] / channels * dilation, i[2] % channels));
    }

    private Proof unfold() {
        return Proof.named("Sequences.unfold")
                .sample(unfold(1, 1), draw.normal(1, 1, 1))
                .sample(unfold(2, 1), draw.normal(1, 2, 3))
                .sample(unfold(2, 2), draw.normal(3, 7, 17))
                .sample(unfold(2, 4), draw.normal(2, 5, 1))
                .sample(unfold(3, 1), draw.normal(2, 6, 5))
                .sample(unfold(3, 2), draw.normal(2, 9, 4))
                .sample(unfold(2, 3), draw.normal(0, 5, 4))
                .sample(unfold(4, 1), draw.normal(5, 4, 2))
                .refuses(
                        "unfold: wants (N, T, C) and (N, T - (k - 1)·d, k·C) with dilation d of at least 1, x is"
                                + " (1, 4, 3), d 2, out (1, 3, 6)",
                        () -> Sequences.unfold(Tensor.zeros(1, 4, 3), 2, Tensor.zeros(1, 3, 6)))
                .refuses(
                        "unfoldBackward: wants (N, T, C) and (N, T - (k - 1)·d, k·C) with dilation d of at least 1,"
                                + " dX is (4, 3), d 1, dOut (3, 6)",
                        () -> Sequences.unfoldBackward(Tensor.zeros(3, 6), 1, Tensor.zeros(4, 3)));
    }

    /** out[n, t, column + c] = x[n, T - T' + t, c]; the other columns of out are 0 here. */
    private static Computation crop(int positions, int column, int columns) {
        return new Computation(
                x -> written(
                        x[0], Shape.of(x[0].size(0), positions, columns), out -> Sequences.crop(x[0], column, out)),
                (dOut, x) -> InputGradients.of(written(x[0], dX -> Sequences.cropBackward(dOut, column, dX))),
                new Definition(x -> Definition.tensor(Shape.of(x[0].size(0), positions, columns), i -> {
                    boolean inside = i[2] >= column && i[2] < column + x[0].size(2);
                    return inside ? x[0].get(i[0], x[0].size(1) - positions + i[1], i[2] - column) : 0;
                })));
    }

    private Proof crop() {
        return Proof.named("Sequences.crop")
                .sample(crop(1, 0, 1), draw.normal(1, 1, 1))
                .sample(crop(3, 0, 5), draw.normal(2, 3, 5))
                .sample(crop(2, 0, 17), draw.normal(3, 4, 17))
                .sample(crop(2, 3, 5), draw.normal(2, 4, 2))
                .sample(crop(1, 5, 22), draw.normal(2, 6, 17))
                .sample(crop(0, 0, 3), draw.normal(2, 4, 3))
                .sample(crop(3, 1, 7), draw.normal(0, 4, 3))
                .sample(crop(4, 19, 38), draw.normal(5, 7, 19))
                .refuses(
                        "crop: wants (N, T, C) and (N, T', columns) with T' up to T and C columns from the given one"
                                + " on, x is (1, 2, 3), column 1, out (1, 2, 3)",
                        () -> Sequences.crop(Tensor.zeros(1, 2, 3), 1, Tensor.zeros(1, 2, 3)))
                .refuses(
                        "cropBackward: wants (N, T, C) and (N, T', columns) with T' up to T and C columns from the"
                                + " given one on, dX is (1, 2, 3), column 0, dOut (1, 3, 3)",
                        () -> Sequences.cropBackward(Tensor.zeros(1, 3, 3), 0, Tensor.zeros(1, 2, 3)));
    }

    /** df = (1 - tanh² f) ∘ σ(g) ∘ dOut, dg = tanh f ∘ σ(g) ∘ (1 - σ(g)) ∘ dOut. */
    private static final Computation GATE = new Computation(
            x -> written(
                    x[0],
                    x[0].shape().with(-1, x[0].size(-1) / 2),
                    out -> Activations.gate(x[0], zerosLike(x[0]), out)),
            (dOut, x) -> {
                var t = written(x[0], out -> Activations.gate(x[0], out, zerosLike(dOut)));
                return InputGradients.of(written(x[0], dX -> Activations.gateBackward(t, dOut, dX)));
            },
            // Where g is negative, 1 + tanh(g / 2) cancels: the terms are those of |g|.
            new Definition(x -> gated(x[0]), _ -> 4, x -> gated(x[0].abs())));

    private static Tensor gated(Tensor x) {
        int channels = x.size(-1) / 2;
        return Definition.tensor(x.shape().with(-1, channels), index -> {
            int[] gate = index.clone();
            gate[gate.length - 1] += channels;
            return Math.tanh(x.get(index)) / (1 + Math.exp(-x.get(gate)));
        });
    }

    private List<Tensor> gateInputs() {
        return List.of(
                draw.normal(2),
                draw.normal(34),
                draw.normal(1, 2),
                draw.normal(3, 34),
                draw.normal(0, 4),
                draw.normal(2, 3, 10),
                draw.normal(13, 38),
                Draw.points(0, 3, -3, 20, -20, 5));
    }

    private Proof gate() {
        return Proof.named("Activations.gate")
                .samples(GATE, gateInputs())
                .refuses(
                        "gate: wants 4 in the last dimension, x is (2, 6)",
                        () -> Activations.gate(Tensor.zeros(2, 6), Tensor.zeros(2, 6), Tensor.zeros(2, 2)))
                .refuses(
                        "gateBackward: dX is FLOAT32 (2, 3), wants FLOAT32 (2, 6)",
                        () -> Activations.gateBackward(Tensor.zeros(2, 6), Tensor.zeros(2, 3), Tensor.zeros(2, 3)));
    }

    private Proof gatedActivation() {
        var operation = Proof.named("GatedActivation")
                .refuses(
                        "GatedActivation: wants two halves in the last dimension, x is (2, 3)",
                        () -> new GatedActivation().forward(Tensor.zeros(2, 3)));
        for (var x : gateInputs()) {
            operation = operation.layer(_ -> new GatedActivation(), GATE.definition(), x);
        }
        return operation;
    }

    /** out[n, t] = Σ over j of x[n, t + j·d] · W_j, + bias: the unfolded input times the weight. */
    private static TensorFunction convolution(int taps, int dilation) {
        return x -> {
            Tensor[] linear = x.clone();
            linear[0] = unfolded(x[0], taps, dilation);
            return LinearProofs.LINEAR.definition().function().apply(linear);
        };
    }

    private static Proof convolution(Proof operation, int taps, int dilation, int fanOut, boolean bias, Tensor x) {
        Function<TorchRandom, Layer> maker = _ -> new CausalConv1d(
                taps, dilation, Tensor.zeros(taps * x.size(2), fanOut), bias ? Tensor.zeros(fanOut) : null);
        var definition = new Definition(convolution(taps, dilation), inputs -> inputs[1].size(0) + 1);
        return operation.layer(maker, definition, x);
    }

    private Proof causalConv1d() {
        var operation = Proof.named("CausalConv1d")
                .refuses(
                        "CausalConv1d: wants (N, T, 3) with T of at least 5, x is (1, 4, 3)",
                        () -> new CausalConv1d(2, 4, Tensor.zeros(6, 2), null).forward(Tensor.zeros(1, 4, 3)))
                .refuses(
                        "CausalConv1d: weight must be (2·fanIn, fanOut), it is (5, 2)",
                        () -> new CausalConv1d(2, 1, Tensor.zeros(5, 2), null))
                .refuses(
                        "CausalConv1d: bias must be (2) for weight (6, 2), it is (3)",
                        () -> new CausalConv1d(2, 1, Tensor.zeros(6, 2), Tensor.zeros(3)))
                .refuses(
                        "CausalConv1d: wants a kernel size and a dilation of at least 1, they are 2 and 0",
                        () -> new CausalConv1d(2, 0, Tensor.zeros(6, 2), null));
        operation = convolution(operation, 2, 1, 1, true, draw.normal(1, 2, 1));
        operation = convolution(operation, 2, 1, 7, false, draw.normal(3, 5, 4));
        operation = convolution(operation, 2, 2, 5, true, draw.normal(2, 6, 3));
        operation = convolution(operation, 2, 4, 17, true, draw.normal(2, 5, 17));
        operation = convolution(operation, 3, 1, 4, true, draw.normal(2, 5, 3));
        operation = convolution(operation, 3, 2, 4, false, draw.normal(2, 7, 3));
        operation = convolution(operation, 1, 1, 4, true, draw.normal(2, 3, 5));
        return convolution(operation, 2, 3, 19, true, draw.normal(5, 9, 13));
    }

    /** The definition in the class, block by block; parameters are weight and bias of each layer, in order. */
    private static Tensor stacked(int[] dilations, Tensor[] x) {
        var in = x[0];
        int next = 1;
        var z = new Tensor[dilations.length];
        for (int i = 0; i < dilations.length; i++) {
            z[i] = gated(convolution(2, dilations[i]).apply(in, x[next], x[next + 1]));
            next += 2;
            if (i < dilations.length - 1) {
                var residual = LinearProofs.LINEAR.definition().function().apply(z[i], x[next], x[next + 1]);
                next += 2;
                in = last(in, residual.size(1)).add(residual);
            }
        }
        int positions = z[z.length - 1].size(1);
        var sideBySide = Arrays.stream(z).map(each -> last(each, positions)).toArray(Tensor[]::new);
        return LinearProofs.LINEAR.definition().function().apply(Tensor.cat(2, sideBySide), x[next], x[next + 1]);
    }

    private static Tensor last(Tensor x, int positions) {
        return x.narrow(1, x.size(1) - positions, positions);
    }

    private static Proof stack(Proof operation, int skipChannels, int[] dilations, Tensor x) {
        var definition = new Definition(
                inputs -> stacked(dilations, inputs), inputs -> 16 * dilations.length * inputs[0].size(2));
        return operation.layer(
                random -> new GatedResidualStack(x.size(2), skipChannels, dilations, random), definition, x);
    }

    private Proof gatedResidualStack() {
        var operation = Proof.named("GatedResidualStack")
                .refuses(
                        "GatedResidualStack: wants at least one dilation",
                        () -> new GatedResidualStack(3, 4, new int[] {}, TorchRandom.seeded(1)))
                .refuses(
                        "CausalConv1d: wants (N, T, 3) with T of at least 3, x is (1, 2, 3)",
                        () -> new GatedResidualStack(3, 4, new int[] {1, 2}, TorchRandom.seeded(1))
                                .forward(Tensor.zeros(1, 3, 3)));
        operation = stack(operation, 1, new int[] {1}, draw.normal(1, 2, 1));
        operation = stack(operation, 4, new int[] {1}, draw.normal(2, 4, 3));
        operation = stack(operation, 4, new int[] {1, 2}, draw.normal(1, 4, 3));
        operation = stack(operation, 5, new int[] {1, 2}, draw.normal(3, 6, 2));
        operation = stack(operation, 3, new int[] {2, 1}, draw.normal(2, 5, 4));
        operation = stack(operation, 4, new int[] {1, 2, 4}, draw.normal(2, 8, 3));
        operation = stack(operation, 4, new int[] {1, 2, 4}, draw.normal(2, 11, 3));
        return stack(operation, 7, new int[] {1, 2, 1, 2}, draw.normal(3, 9, 5));
    }
}
