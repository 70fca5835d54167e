package handgrad.nn;

import handgrad.random.TorchRandom;
import handgrad.tensor.Functional;
import handgrad.tensor.Sequences;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A dilated convolution over time that sees the present and the past: each output is of one position and of the k - 1
 * positions before it that are d, 2d, … apart. (N, T, channels) becomes (N, T - (k - 1)·d, channels): like PyTorch's
 * Conv1d it does not pad, so the first output is that of position (k - 1)·d, and what should stand before a sequence is
 * put there by who makes it. Channels come last, where PyTorch wants (N, channels, T).
 *
 * <p>The weight is (k·fanIn, fanOut), oldest position first: that of a {@link Linear} behind
 * {@link FlattenConsecutive}{@code (k)}. So a tree of these two gives, for one window, what convolutions with dilations
 * 1, k, k², … and the same weights give for every window at once.
 *
 * <p>In streaming the layer remembers its last (k - 1)·d inputs, and T inputs give T outputs: those that the whole
 * sequence would give at their positions. Keeps the unfolded input for backward.
 */
public final class CausalConv1d implements WeightedLayer {
    /** The kernel size of WaveNet. */
    private static final int DEFAULT_KERNEL_SIZE = 2;

    private final int kernelSize;
    private final int dilation;

    /** How far the layer looks back. */
    private final int span;

    private final WeightAndBias weights;
    private @Nullable Tensor past;
    private int streamOfPast;
    private @Nullable Tensor input;
    private @Nullable Tensor unfolded;
    private @Nullable Tensor output;
    private @Nullable Tensor dUnfolded;
    private @Nullable Tensor dX;

    /**
     * A layer of kernel size 2, with a weight drawn from the normal distribution with mean 0 and deviation
     * 1/√(2·fanIn), and a bias of zeros where asked.
     */
    public CausalConv1d(int fanIn, int fanOut, int dilation, boolean bias, TorchRandom random) {
        this(
                DEFAULT_KERNEL_SIZE,
                dilation,
                new Linear(Shape.of("CausalConv1d", DEFAULT_KERNEL_SIZE, fanIn).elements(), fanOut, bias, random));
    }

    private CausalConv1d(int kernelSize, int dilation, Linear linear) {
        this(
                kernelSize,
                dilation,
                linear.weight().value(),
                linear.bias() == null ? null : linear.bias().value());
    }

    /**
     * A layer on given tensors.
     *
     * @param kernelSize k, at least 1
     * @param dilation d, at least 1
     * @param weight (k·fanIn, fanOut)
     * @param bias (fanOut), or null for none
     */
    public CausalConv1d(int kernelSize, int dilation, Tensor weight, @Nullable Tensor bias) {
        if (kernelSize < 1 || dilation < 1) {
            throw new IllegalArgumentException(
                    "CausalConv1d: wants a kernel size and a dilation of at least 1, they are " + kernelSize + " and "
                            + dilation);
        }
        this.kernelSize = kernelSize;
        this.dilation = dilation;
        span = Shape.of("CausalConv1d", kernelSize - 1, dilation).elements();
        this.weights =
                new WeightAndBias("CausalConv1d", weight, kernelSize, 1, "(" + kernelSize + "·fanIn, fanOut)", bias);
    }

    /** The positions that an output sees, k. */
    public int kernelSize() {
        return kernelSize;
    }

    /**
     * With W_j the rows j·fanIn to (j + 1)·fanIn - 1 of the weight:
     *
     * <pre>
     * out[n, t] = Σ over j from 0 to k - 1 of x[n, t + j·d] · W_j, + bias
     * </pre>
     *
     * @param x (N, T, fanIn), T more than (k - 1)·d
     * @return (N, T - (k - 1)·d, fanOut); in streaming (N, T, fanOut)
     */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = weights.passes.forward(x)) {
            int fanIn = weights.value().size(0) / kernelSize;
            boolean streaming = parts().isStreaming();
            long least = streaming ? 1 : span + 1L;
            if (x.shape().rank() != 3 || x.size(1) < least || x.size(2) != fanIn) {
                throw new IllegalArgumentException("CausalConv1d: wants (N, T, " + fanIn + ") with T of at least "
                        + least + ", x is " + x.shape());
            }
            input = streaming ? continued(x) : x;
            int positions = input.size(1) - span;
            unfolded = Buffers.positions(input, positions, kernelSize * fanIn, unfolded);
            output = Buffers.positions(input, positions, weights.columns(), output);
            Sequences.unfold(input, dilation, unfolded);
            Functional.linear(unfolded, weights.value(), weights.biasValue(), output);
            return pass.output(output);
        }
    }

    /** The inputs that the layer still sees, then x. */
    private Tensor continued(Tensor x) {
        int stream = parts().stream();
        var before = past == null || streamOfPast != stream
                ? Tensor.zeros(x.dtype(), Shape.of(x.size(0), span, x.size(2)))
                : past.to(x.dtype());
        var sequence = Tensor.cat(1, before, x);
        streamOfPast = stream;
        past = sequence.narrow(1, x.size(1), span);
        return sequence;
    }

    /**
     * With u the unfolded input, u[n, t] = x[n, t], x[n, t + d], … end to end:
     *
     * <pre>
     * dWeight += uᵀ · dOut;  dBias += Σ over n and t of dOut;  dU = dOut · weightᵀ
     * dX[n, t] = Σ over j of dU_j[n, t - j·d], where that is a position
     * </pre>
     *
     * @param dOut (N, T - (k - 1)·d, fanOut)
     * @return (N, T, fanIn)
     * @throws IllegalStateException in streaming
     */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var pass = weights.passes.backward(dOut)) {
            if (parts().isStreaming()) {
                throw new IllegalStateException(
                        "CausalConv1d.backward: the past of a stream is not kept; call stream(false), then forward");
            }
            var x = Passes.kept(input);
            var u = Passes.kept(unfolded);
            dUnfolded = Buffers.like(u, dUnfolded);
            dX = Buffers.like(x, dX);
            Functional.linearBackwardParameters(u, dOut, weights.grad(), weights.biasGrad());
            Functional.linearBackwardInput(dOut, weights.value(), dUnfolded);
            Sequences.unfoldBackward(dUnfolded, dilation, dX);
            return pass.gradient(dX);
        }
    }

    @Override
    public WeightAndBias weights() {
        return weights;
    }
}
