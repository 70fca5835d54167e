package handgrad.nn;

import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.SharedNormalizations;
import handgrad.tensor.Tensor;
import handgrad.tensor.Updates;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The batch normalisation at one place of a network, for all shards of a batch by the statistics of the whole batch:
 * PyTorch's {@code SyncBatchNorm}. Each pass is in two parts, between which the ranks exchange what each shard has
 * summed. What the shards have is put together in the tree of their numbers, in float64.
 *
 * <p>The parts of a pass may run in any thread, one for each shard of this rank; what lies between runs in one.
 */
final class SynchronizedBatchNorm {
    private final ShardTree tree;
    private final int first;
    private final List<Shard> shards;
    private final int features;

    /** Of each shard of the batch, (1 + 2 features): the values of a feature, its means, its squared deviations. */
    private final double[][] moments;

    /** Of each shard of the batch, (2 features): Σ dOut, Σ dOut ∘ normalized. */
    private final double[][] sums;

    /** What one shard of this rank keeps. */
    private static final class Shard {
        private final BatchNorm1d layer;
        private @Nullable Tensor mean;
        private @Nullable Tensor rest;
        private @Nullable Tensor variance;
        private @Nullable Tensor inverseDeviation;
        private @Nullable Tensor normalized;
        private @Nullable Tensor output;
        private @Nullable Tensor dWeight;
        private @Nullable Tensor dBias;
        private @Nullable Tensor means;
        private @Nullable Tensor dX;

        private Shard(BatchNorm1d layer) {
            this.layer = layer;
        }
    }

    /**
     * The normalisations of the shards of a rank.
     *
     * @param shards how many the batch has
     * @param first that this rank has
     */
    SynchronizedBatchNorm(ShardTree tree, int shards, int first, List<BatchNorm1d> layers) {
        this.tree = tree;
        this.first = first;
        this.shards = layers.stream().map(Shard::new).toList();
        features = layers.getFirst().state().features();
        moments = new double[shards][1 + 2 * features];
        sums = new double[shards][2 * features];
    }

    /** What is exchanged between the two parts of the forward pass. */
    double[][] moments() {
        return moments;
    }

    /** What is exchanged between the two parts of the backward pass. */
    double[][] sums() {
        return sums;
    }

    /** First part of the forward pass of shard i of this rank, nᵢ rows: meanᵢ = Σ x / nᵢ, Mᵢ = Σ (x - meanᵢ)². */
    void beginForward(int i, Tensor x) {
        var shard = shards.get(i);
        var weight = shard.layer.weight().value();
        if (x.shape().rank() < 2 || x.size(-1) != features) {
            throw new IllegalArgumentException(
                    "BatchNorm1d: wants (N, " + features + ") or (N, L, " + features + "), x is " + x.shape());
        }
        var mean = Buffers.like(weight, shard.mean);
        shard.mean = mean;
        var rest = Buffers.like(weight, shard.rest);
        shard.rest = rest;
        var variance = Buffers.like(weight, shard.variance);
        shard.variance = variance;
        var inverse = Buffers.like(weight, shard.inverseDeviation);
        shard.inverseDeviation = inverse;
        SharedNormalizations.statistics(x, shard.layer.options().epsilon(), mean, rest, variance, inverse);
        int n = x.shape().elements() / features;
        double[] own = moments[first + i];
        own[0] = n;
        for (int j = 0; j < features; j++) {
            own[1 + j] = mean.getFlat(j) + rest.getFlat(j);
            own[1 + features + j] = n * variance.getFlat(j);
        }
    }

    /**
     * Puts together what the shards have, two by two (Chan, Golub and LeVeque, 1983): none of the terms is negative, so
     * the relative error of the variance is at most that of a shard's, and of some roundings in float64.
     *
     * <pre>
     * δ = mean₂ - mean₁;  n = n₁ + n₂;  mean = mean₁ + δ · n₂ / n;  M = M₁ + M₂ + δ² · n₁ · n₂ / n
     * </pre>
     */
    void mergeMoments() {
        tree.merge((shard, behind) -> {
            double[] to = moments[shard];
            double[] from = moments[behind];
            double n = to[0] + from[0];
            for (int mean = 1, squares = 1 + features; mean <= features; mean++, squares++) {
                double distance = from[mean] - to[mean];
                to[mean] += distance * (from[0] / n);
                to[squares] += from[squares] + distance * distance * (to[0] * from[0] / n);
            }
            to[0] = n;
        });
    }

    /**
     * Second part of the forward pass, by the mean and M of all n rows, where m is n or n - 1, as the options say.
     *
     * <pre>
     * variance = M / m;  normalized = (x - mean) ∘ (variance + epsilon)^-½;  out = weight ∘ normalized + bias
     * </pre>
     */
    Tensor endForward(int i, Tensor x) {
        var shard = shards.get(i);
        var state = shard.layer.state();
        try (var pass = state.passes.forward(x)) {
            double[] all = moments[0];
            state.beginBatch(x, (int) all[0], "rows", 1);
            var rest = Passes.kept(shard.rest);
            double epsilon = shard.layer.options().epsilon();
            IntToDoubleFunction variance = j -> all[1 + features + j] / state.divisor();
            set(state.mean(), j -> all[1 + j]);
            set(rest, j -> rest.dtype() == DType.FLOAT64 ? 0 : all[1 + j] - (float) all[1 + j]);
            set(state.variance(), variance);
            set(state.inverseDeviation(), j -> 1 / Math.sqrt(variance.applyAsDouble(j) + epsilon));
            var normalized = Buffers.like(x, shard.normalized);
            shard.normalized = normalized;
            var output = Buffers.like(x, shard.output);
            shard.output = output;
            SharedNormalizations.normalize(
                    x,
                    shard.layer.weight().value(),
                    shard.layer.bias().value(),
                    state.mean(),
                    rest,
                    state.inverseDeviation(),
                    normalized,
                    output);
            state.endBatch((int) all[0]);
            return pass.output(output);
        }
    }

    /** First part of the backward pass, over the rows of the shard: dBias += Σ dOut, dWeight += Σ dOut ∘ normalized. */
    void beginBackward(int i, Tensor dOut) {
        var shard = shards.get(i);
        try (var _ = shard.layer.state().passes.backward(dOut)) {
            var weight = shard.layer.weight();
            var dWeight = Buffers.like(weight.value(), shard.dWeight);
            shard.dWeight = dWeight;
            var dBias = Buffers.like(weight.value(), shard.dBias);
            shard.dBias = dBias;
            var means = Buffers.like(weight.value().dtype(), Shape.of(2, features), shard.means);
            shard.means = means;
            dWeight.fill(0);
            dBias.fill(0);
            SharedNormalizations.sums(dOut, Passes.kept(shard.normalized), dWeight, dBias, means);
            Updates.addScaled(weight.grad(), 1, dWeight);
            Updates.addScaled(shard.layer.bias().grad(), 1, dBias);
            double[] own = sums[first + i];
            for (int j = 0; j < features; j++) {
                own[j] = dBias.getFlat(j);
                own[features + j] = dWeight.getFlat(j);
            }
        }
    }

    /** Adds what the shards have. */
    void mergeSums() {
        tree.merge((shard, behind) -> {
            for (int j = 0; j < 2 * features; j++) {
                sums[shard][j] += sums[behind][j];
            }
        });
    }

    /**
     * Second part of the backward pass, where Σ runs over all n rows.
     *
     * <pre>
     * dX = weight ∘ (variance + epsilon)^-½ ∘ (dOut - Σ dOut / n - normalized ∘ Σ (dOut ∘ normalized) / m)
     * </pre>
     */
    Tensor endBackward(int i, Tensor dOut) {
        var shard = shards.get(i);
        var state = shard.layer.state();
        try (var pass = state.passes.backward(dOut)) {
            var dX = Buffers.like(dOut, shard.dX);
            shard.dX = dX;
            var means = Passes.kept(shard.means);
            double[] all = sums[0];
            set(means, j -> all[j] / (j < features ? moments[0][0] : state.divisor()));
            SharedNormalizations.backward(
                    dOut,
                    Passes.kept(shard.normalized),
                    shard.layer.weight().value(),
                    state.inverseDeviation(),
                    means,
                    dX);
            return pass.gradient(dX);
        }
    }

    private static void set(Tensor tensor, IntToDoubleFunction element) {
        for (int j = 0; j < tensor.shape().elements(); j++) {
            tensor.setFlat(j, element.applyAsDouble(j));
        }
    }
}
