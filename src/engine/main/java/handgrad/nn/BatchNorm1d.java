package handgrad.nn;

import handgrad.nn.BatchNormOptions.Axes;
import handgrad.nn.PositionsApart.Repeated;
import handgrad.nn.PositionsApart.View;
import handgrad.tensor.Normalizations;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Batch normalisation: normalises each feature over the batch, then scales by a weight and shifts by a bias. Keeps the
 * normalised input for backward. The input is (N, features) or (N, L, features): the features come last, where PyTorch
 * wants (N, features, L).
 */
public final class BatchNorm1d implements BatchNorm {
    private final BatchNormState state;
    private @Nullable Tensor normalized;
    private @Nullable Tensor output;
    private @Nullable Tensor dX;

    // One for each position where each has statistics of its own, else weight and bias themselves.
    private final Repeated weights;
    private final Repeated biases;
    private final View viewOfX = new View();
    private final View viewOfNormalized = new View();
    private final View viewOfOutput = new View();
    private final View viewOfDOut = new View();
    private final View viewOfDX = new View();

    /** A layer with PyTorch's conventions, {@link BatchNormOptions#PYTORCH}. */
    public BatchNorm1d(int features) {
        this(features, BatchNormOptions.PYTORCH);
    }

    /** A layer with weight 1, bias 0, running mean 0 and running variance 1. */
    public BatchNorm1d(int features, BatchNormOptions options) {
        state = new BatchNormState("BatchNorm1d", features, options);
        weights = new Repeated(state.weight);
        biases = new Repeated(state.bias);
    }

    @Override
    public BatchNormState state() {
        return state;
    }

    /** What evaluation multiplies by, of the shape of the running mean. */
    Tensor inverseRunningDeviation() {
        return state.running.inverseDeviation();
    }

    /**
     * Mean and variance are those of the batch in training, the running ones in evaluation.
     *
     * <pre>
     * normalized = (x - mean) ∘ (variance + epsilon)^-½;  out = weight ∘ normalized + bias
     * </pre>
     *
     * x and out are (N, features) or (N, L, features). Training wants at least two values of each feature.
     */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = state.passes.forward(x)) {
            int features = state.features();
            if (x.shape().rank() < 2 || x.shape().rank() > 3 || x.size(-1) != features) {
                throw new IllegalArgumentException(
                        "BatchNorm1d: wants (N, " + features + ") or (N, L, " + features + "), x is " + x.shape());
            }
            int positionsOfX = options().axes() == Axes.FIRST && x.shape().rank() == 3 ? x.size(1) : 1;
            int positions = state.running.positions();
            if (positions > 1 && positions != positionsOfX) {
                throw new IllegalArgumentException("BatchNorm1d: the running statistics are "
                        + runningMean().shape() + ", for " + positions + " positions; x is " + x.shape());
            }
            normalized = Buffers.like(x, normalized);
            output = Buffers.like(x, output);
            if (isTraining()) {
                normalizeByBatch(x, positionsOfX, normalized, output);
            } else {
                normalizeByRunning(x, positions, normalized, output);
            }
            return pass.output(output);
        }
    }

    private void normalizeByBatch(Tensor x, int positions, Tensor normalized, Tensor output) {
        int rows = x.shape().elements() / Math.max(1, positions * x.size(-1));
        state.beginBatch(x, rows, "rows", positions);
        Normalizations.batchNorm(
                viewOfX.of(x, positions),
                weights.value(positions),
                biases.value(positions),
                options().epsilon(),
                state.divisor(),
                state.mean(),
                state.variance(),
                state.inverseDeviation(),
                viewOfNormalized.of(normalized, positions),
                viewOfOutput.of(output, positions));
        state.endBatch(rows);
    }

    private void normalizeByRunning(Tensor x, int positions, Tensor normalized, Tensor output) {
        state.beginEvaluation();
        Normalizations.batchNormEvaluation(
                viewOfX.of(x, positions),
                weights.value(positions),
                biases.value(positions),
                state.mean(),
                state.inverseDeviation(),
                viewOfNormalized.of(normalized, positions),
                viewOfOutput.of(output, positions));
    }

    /**
     * The gradients, where Σ runs over the n values of a feature and m is n or n - 1, as the variance was divided.
     *
     * <pre>
     * dBias += Σ dOut;  dWeight += Σ dOut ∘ normalized;  dNormalized = weight ∘ dOut
     * dX = (variance + epsilon)^-½ ∘ (dNormalized - Σ dNormalized / n - normalized ∘ Σ (dNormalized ∘ normalized) / m)
     * </pre>
     *
     * In evaluation the statistics are constants, and the two sums in dX fall away. dOut and dX have the shape of x.
     */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var pass = state.passes.backward(dOut)) {
            var unit = Passes.kept(normalized);
            dX = Buffers.like(unit, dX);
            int positions = state.running.positions();
            var d = viewOfDOut.of(dOut, positions);
            var units = viewOfNormalized.of(unit, positions);
            var weight = weights.value(positions);
            var inverse = state.inverseDeviation();
            var dWeight = weights.grad(positions);
            var dBias = biases.grad(positions);
            var dIn = viewOfDX.of(dX, positions);
            if (state.divisor() > 0) {
                Normalizations.batchNormBackward(d, units, weight, inverse, state.divisor(), dWeight, dBias, dIn);
            } else {
                Normalizations.batchNormEvaluationBackward(d, units, weight, inverse, dWeight, dBias, dIn);
            }
            weights.addGrad(positions);
            biases.addGrad(positions);
            return pass.gradient(dX);
        }
    }
}
