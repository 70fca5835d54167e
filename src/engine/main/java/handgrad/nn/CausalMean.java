package handgrad.nn;

import handgrad.tensor.DType;
import handgrad.tensor.Sequences;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The mean of each position of a sequence and all those before it, (N, T, C) to (N, T, C): an attention whose weights
 * are all alike, as makemore's bag of words has it. In streaming the positions before x count too. Keeps nothing for
 * backward.
 */
public final class CausalMean implements Layer {
    private final Parts parts = new Parts();
    private final Passes passes = new Passes("CausalMean", parts);
    private @Nullable Tensor sums;
    private int before;
    private int streamOfSums;
    private @Nullable Tensor output;
    private @Nullable Tensor dX;

    /** A layer without parameters. */
    public CausalMean() {}

    /** out[n, t] = Σ over s from 0 to t of x[n, s] / (t + 1); x and out are (N, T, C). */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            if (x.shape().rank() != 3) {
                throw new IllegalArgumentException("CausalMean: wants (N, T, C), x is " + x.shape());
            }
            output = Buffers.like(x, output);
            var sumsOfPast = sumsBefore(x);
            Sequences.causalMean(x, before, sumsOfPast, output);
            before += x.size(1);
            return pass.output(output);
        }
    }

    /** The sums of what the stream had before x. */
    private Tensor sumsBefore(Tensor x) {
        int stream = parts.stream();
        boolean goesOn = stream > 0 && streamOfSums == stream && sums != null;
        if (goesOn) {
            var old = Passes.kept(sums);
            if (old.size(0) != x.size(0)) {
                throw new IllegalArgumentException("CausalMean: the stream has " + old.size(0) + " sequences, x is "
                        + x.shape() + "; call stream(true) to begin another");
            }
            return old;
        }
        streamOfSums = stream;
        before = 0;
        boolean fits = sums != null && sums.size(0) == x.size(0) && sums.size(2) == x.size(2);
        sums = fits ? Passes.kept(sums) : Tensor.zeros(DType.FLOAT64, Shape.of(x.size(0), 1, x.size(2)));
        return sums.fill(0);
    }

    /**
     * Each position is part of its own mean and of those after it:
     *
     * <pre>
     * dX[n, t] = Σ over s from t to T - 1 of dOut[n, s] / (s + 1)
     * </pre>
     *
     * @param dOut (N, T, C)
     * @return (N, T, C)
     * @throws IllegalStateException in streaming
     */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var pass = passes.backward(dOut)) {
            if (parts.isStreaming()) {
                throw new IllegalStateException(
                        "CausalMean.backward: the past of a stream is not kept; call stream(false), then forward");
            }
            dX = Buffers.like(Passes.kept(output), dX);
            Sequences.causalMeanBackward(dOut, dX);
            return pass.gradient(dX);
        }
    }

    @Override
    public Parts parts() {
        return parts;
    }
}
