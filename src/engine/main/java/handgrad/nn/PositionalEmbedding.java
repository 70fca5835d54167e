package handgrad.nn;

import handgrad.random.TorchRandom;
import handgrad.tensor.Functional;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Adds to each position of a sequence a vector of its own, which is learnt: (N, T, columns) to (N, T, columns), with T
 * up to the number of rows. In GPT-2 it is the table {@code wpe}. Keeps nothing of its input for backward. In streaming
 * the positions go on from input to input.
 */
public final class PositionalEmbedding implements Layer {
    private final Parts parts = new Parts();
    private final Passes passes = new Passes("PositionalEmbedding", parts);
    private final Parameter weight;
    private @Nullable Tensor output;
    private @Nullable Tensor dX;

    // Of a stream: the positions so far.
    private int positions;
    private int streamOfPositions;

    /** A table (rows, columns) drawn from the normal distribution with mean 0 and variance 1. */
    public PositionalEmbedding(int rows, int columns, TorchRandom random) {
        this(Tensor.randn(random, rows, columns));
    }

    /** A given table (rows, columns): row t is added at position t. */
    public PositionalEmbedding(Tensor weight) {
        if (weight.shape().rank() != 2) {
            throw new IllegalArgumentException(
                    "PositionalEmbedding: weight must be (rows, columns), it is " + weight.shape());
        }
        this.weight = parts.add(new Parameter("weight", weight));
    }

    /** The table, (rows, columns). */
    public Parameter weight() {
        return weight;
    }

    /** out[n, t] = x[n, t] + weight[t]; x and out are (N, T, columns). */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            output = Buffers.like(x, output);
            Functional.addPositions(x, parts.isStreaming() ? continued(x) : weight.value(), output);
            return pass.output(output);
        }
    }

    /** The rows of the table from the stream's position on. */
    private Tensor continued(Tensor x) {
        if (streamOfPositions != parts.stream()) {
            streamOfPositions = parts.stream();
            positions = 0;
        }
        int from = positions;
        int rows = weight.value().size(0);
        if (x.shape().rank() != 3 || from + x.size(1) > rows) {
            throw new IllegalArgumentException(
                    "PositionalEmbedding: x " + x.shape() + " continues a stream at position " + from
                            + ", and the table has " + rows + " positions; call stream(true) for a new one");
        }
        positions += x.size(1);
        return weight.value().narrow(0, from, rows - from);
    }

    /** dWeight[t] += Σ over n of dOut[n, t], and dX = dOut; both have the shape of x. */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var pass = passes.backward(dOut)) {
            var out = Passes.kept(output);
            if (!dOut.shape().equals(out.shape())) {
                throw new IllegalArgumentException("PositionalEmbedding: dOut must have the shape of x " + out.shape()
                        + ", it is " + dOut.shape());
            }
            dX = Buffers.like(out, dX);
            dX.copyFrom(dOut);
            Functional.addPositionsBackward(dOut, weight.grad());
            return pass.gradient(dX);
        }
    }

    @Override
    public Parts parts() {
        return parts;
    }
}
