package handgrad.nn;

import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A model that shards of a batch go through, one after another, with what it wants for each of them. */
final class ShardModel {
    private final Layer layer;
    private final Loss loss;
    private final List<Parameter> parameters;
    private final List<Statistic> statistics;
    private final List<TorchRandom> generators;

    /** Statistics for the shards that no running statistics follow. */
    private final @Nullable Tensor[] aside;

    private @Nullable Tensor x;
    private @Nullable Tensor y;
    private double weight;
    private @Nullable List<Tensor> gradients;

    /** A model under a loss. */
    ShardModel(Layer layer, Loss loss) {
        this.layer = layer;
        this.loss = loss;
        parameters = layer.parameters();
        statistics = Parts.of(layer).statistics();
        generators = List.copyOf(layer.parts().generators().values());
        aside = new Tensor[statistics.size()];
    }

    /**
     * Refuses models that share something or differ.
     *
     * @throws IllegalArgumentException if they do
     */
    static void check(List<ShardModel> models) {
        var all = new Parts();
        Set<Loss> losses = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < models.size(); i++) {
            losses.add(models.get(i).loss);
            try {
                all.add("model " + i, models.get(i).layer);
            } catch (IllegalArgumentException exception) {
                throw new IllegalArgumentException(
                        "DataParallel: newModel must make a new model at each call. " + exception.getMessage(),
                        exception);
            }
            requireAlike(models, i);
            requireOwnGenerators(models, i);
        }
        if (losses.size() < models.size()) {
            throw new IllegalArgumentException("DataParallel: newLoss must make a new loss at each call");
        }
    }

    private static void requireAlike(List<ShardModel> models, int i) {
        var wanted = models.getFirst();
        var own = models.get(i);
        for (int p = 0; p < Math.max(wanted.parameters.size(), own.parameters.size()); p++) {
            requireAlike("parameter " + p, wanted.describe(p), i, own.describe(p));
        }
        requireAlike("the list of generators", wanted.generatorNames(), i, own.generatorNames());
    }

    private static void requireAlike(String what, String wanted, int model, String found) {
        if (!found.equals(wanted)) {
            throw new IllegalArgumentException("DataParallel: " + what + " of model 0 is " + wanted + ", of model "
                    + model + " " + found + "; newModel must always make the same layers");
        }
    }

    private String describe(int parameter) {
        return parameter < parameters.size()
                ? parameters.get(parameter).name() + " "
                        + parameters.get(parameter).value().shape()
                : "missing";
    }

    private String generatorNames() {
        return layer.parts().generators().keySet().toString();
    }

    @SuppressWarnings("ReferenceEquality")
    private static void requireOwnGenerators(List<ShardModel> models, int model) {
        models.get(model).layer.parts().generators().forEach((name, generator) -> {
            for (int i = 0; i < model; i++) {
                if (models.get(i).generators.stream().anyMatch(each -> each == generator)) {
                    throw new IllegalArgumentException("DataParallel: models " + i + " and " + model
                            + " share the generator " + name + ", from which threads would draw in any order; let"
                            + " newModel make one at each call, with TorchRandom.seeded or copy()");
                }
            }
        });
    }

    Layer layer() {
        return layer;
    }

    Loss loss() {
        return loss;
    }

    List<Parameter> parameters() {
        return parameters;
    }

    List<Statistic> statistics() {
        return statistics;
    }

    List<TorchRandom> generators() {
        return generators;
    }

    /** The gradients of the last shard. */
    List<Tensor> gradients() {
        return Objects.requireNonNull(gradients);
    }

    /**
     * Makes the values of other parameters its own; before every shard, because {@code to(dtype)} gives a model new
     * tensors.
     */
    void shareValues(List<Parameter> others) {
        for (int p = 0; p < parameters.size(); p++) {
            var value = others.get(p).value();
            if (parameters.get(p).value().dtype() != value.dtype()) {
                layer.to(value.dtype());
            }
            parameters.get(p).shareValue(others.get(p));
        }
    }

    /** Lets the next shard add to these gradients. */
    void useGradients(List<Tensor> tensors) {
        gradients = tensors;
        for (int p = 0; p < parameters.size(); p++) {
            parameters.get(p).setGrad(tensors.get(p));
        }
    }

    /** Lets these statistics follow the next shard. */
    void useStatistics(List<Tensor> tensors) {
        for (int i = 0; i < statistics.size(); i++) {
            statistics.get(i).set(tensors.get(i));
        }
    }

    /** Lets copies of these statistics follow the next shard. */
    void useCopies(List<Tensor> tensors) {
        for (int i = 0; i < statistics.size(); i++) {
            var copy = Buffers.like(tensors.get(i), aside[i]);
            copy.copyFrom(tensors.get(i));
            aside[i] = copy;
            statistics.get(i).set(copy);
        }
    }

    /** Ends the use of copies; the copy of a statistic that a batch has split takes its place. */
    void endCopies(List<Tensor> tensors) {
        for (int i = 0; i < statistics.size(); i++) {
            if (statistics.get(i).value().shape().equals(tensors.get(i).shape())) {
                statistics.get(i).set(tensors.get(i));
            } else {
                aside[i] = null;
            }
        }
    }

    /**
     * Takes some rows of a batch as its shard. Where all their targets are ignored there is nothing to learn from them.
     *
     * @param first of these rows
     * @param end the row after the last of them
     * @param divisor what the loss of the batch is divided by
     */
    void take(Tensor batchX, Tensor batchY, int first, int end, double divisor) {
        int targets = batchY.size(0) / batchX.size(0);
        x = rows(batchX, first, end, x);
        y = rows(batchY, first * targets, end * targets, y);
        weight = loss.divisor(y) / divisor;
    }

    /** The rows of its shard. */
    Tensor x() {
        return Passes.kept(x);
    }

    /** Runs its shard forward and backward; returns the loss of its rows, times its weight in that of the batch. */
    double forwardBackward() {
        if (!(weight > 0)) {
            return 0;
        }
        var output = layer.forward(x());
        double value = loss(output);
        layer.backward(gradient(output));
        return value;
    }

    /** The loss of its rows, times its weight in that of the batch. */
    double loss(Tensor output) {
        return weight > 0 ? weight * loss.forward(output, Passes.kept(y)) : 0;
    }

    /** The gradient of the last {@link #loss}. */
    Tensor gradient(Tensor output) {
        return weight > 0 ? loss.backward(weight) : Tensor.zeros(output.dtype(), output.shape());
    }

    /** Rows of x, copied into the old tensor where it has their shape and type. */
    private static Tensor rows(Tensor x, int first, int end, @Nullable Tensor old) {
        var out = Buffers.withFirst(x, end - first, old);
        int length = out.shape().elements();
        int from = first * (length / (end - first));
        switch (x.dtype()) {
            case INT32 -> System.arraycopy(x.ints(), from, out.ints(), 0, length);
            case FLOAT32 -> System.arraycopy(x.floats(), from, out.floats(), 0, length);
            case FLOAT64 -> System.arraycopy(x.doubles(), from, out.doubles(), 0, length);
        }
        return out;
    }
}
