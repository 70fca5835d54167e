package handgrad.nn;

import handgrad.random.TorchRandom;
import handgrad.tensor.Backend;
import handgrad.tensor.Tensor;
import handgrad.tensor.Updates;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Data parallelism: cuts each batch into shards that go through models of their own at the same time, forward and
 * backward.
 *
 * <pre>{@code
 * var parallel = new DataParallel(4, () -> newModel(TorchRandom.seeded(42)));
 * var sgd = new Sgd(parallel.parameters());
 * ...
 *     var batch = names.train().batch(4096, random);
 *     sgd.zeroGrad();
 *     double loss = parallel.forwardBackward(batch.x(), batch.y());
 *     sgd.step(0.1);
 * }</pre>
 *
 * <p>The models share the values of their parameters and have gradients of their own, which are added to those of the
 * first model in the order of the shards. So the result depends on the number of shards, by rounding, but not on the
 * number of threads: choose the shards once, as many as the largest machine has processors. The loss is that of the
 * batch: in a mean a shard weighs as many targets as it has, without the ignored ones.
 *
 * <p>This pays where a batch is large and its operations are many and small; large operations are shared among the
 * threads without it, and inside a shard they are not.
 *
 * <p>As in PyTorch's {@code DataParallel}, a {@link BatchNorm1d} normalises each shard by the shard's own statistics,
 * which is another model than the undivided one, and the running statistics follow the first shard only. A layer that
 * draws random numbers, such as {@link Dropout}, has a generator of its own in each model, since from a common one
 * threads would draw in any order. Where that of another model begins in the state of the first one's, as when all are
 * seeded alike, it gets a seed that is drawn from a copy of the first one's, so that each shard draws other numbers;
 * they follow from the first model and the number of the shard.
 */
public final class DataParallel {
    private final List<Shard> shards;
    private final Map<String, TorchRandom> generators;
    private final IntConsumer forwardBackward = this::forwardBackward;

    /** A part of the batch with its model. */
    private static final class Shard {
        private final Layer model;
        private final List<Parameter> parameters;
        private final Loss loss;
        private @Nullable Tensor x;
        private @Nullable Tensor y;
        private double divisor;
        private double weight;
        private double value;

        Shard(Layer model, Loss loss) {
            this.model = model;
            this.loss = loss;
            this.parameters = model.parameters();
        }
    }

    /**
     * Models for a number of shards, under the mean cross-entropy.
     *
     * @param shards at least 1
     * @param newModel makes a new model at each call, always with the same layers; the values of the first one are
     *     taken
     * @throws IllegalArgumentException as for any loss
     */
    public DataParallel(int shards, Supplier<? extends Layer> newModel) {
        this(shards, newModel, CrossEntropyLoss::new);
    }

    /**
     * Models for a number of shards, under a loss.
     *
     * @param shards at least 1
     * @param newModel makes a new model at each call, always with the same layers; the values of the first one are
     *     taken
     * @param newLoss makes a new loss at each call, always of the same kind
     * @throws IllegalArgumentException if the parameters of two models differ in number, name or shape, or two models
     *     share a layer, a parameter, a tensor or a generator, or two shards a loss
     */
    public DataParallel(int shards, Supplier<? extends Layer> newModel, Supplier<? extends Loss> newLoss) {
        if (shards < 1) {
            throw new IllegalArgumentException("DataParallel: wants at least 1 shard, not " + shards);
        }
        this.shards = Stream.generate(() -> new Shard(newModel.get(), newLoss.get()))
                .limit(shards)
                .toList();
        Set<Loss> losses = Collections.newSetFromMap(new IdentityHashMap<>());
        this.shards.forEach(shard -> losses.add(shard.loss));
        if (losses.size() < shards) {
            throw new IllegalArgumentException("DataParallel: newLoss must make a new loss at each call");
        }
        var all = new Parts();
        for (int i = 0; i < shards; i++) {
            requireApart(all, i);
            requireAlike(i);
        }
        generators = all.generators();
        for (int i = 1; i < shards; i++) {
            requireOwnGenerators(i);
            seedApart(i);
        }
    }

    /** Adds a model to all parts, which refuse what two of them share. */
    private void requireApart(Parts all, int shard) {
        try {
            all.add("model " + shard, shards.get(shard).model);
        } catch (IllegalArgumentException exception) {
            throw new IllegalArgumentException(
                    "DataParallel: newModel must make a new model at each call. " + exception.getMessage(), exception);
        }
    }

    @SuppressWarnings("ReferenceEquality")
    private void requireOwnGenerators(int shard) {
        shards.get(shard).model.parts().generators().forEach((name, generator) -> {
            for (int i = 0; i < shard; i++) {
                if (shards.get(i).model.parts().generators().values().stream().anyMatch(each -> each == generator)) {
                    throw new IllegalArgumentException("DataParallel: models " + i + " and " + shard
                            + " share the generator " + name + ", from which threads would draw in any order; let"
                            + " newModel make one at each call, with TorchRandom.seeded or copy()");
                }
            }
        });
    }

    private void seedApart(int shard) {
        var first = shards.getFirst().model.parts().generators();
        shards.get(shard).model.parts().generators().forEach((name, generator) -> {
            var model = first.get(name);
            if (model != null && model.state().equals(generator.state())) {
                int[] seeds = new int[shard];
                model.copy().randint(Integer.MIN_VALUE, Integer.MAX_VALUE, seeds);
                generator.setState(TorchRandom.seeded(seeds[shard - 1]).state());
            }
        });
    }

    private void requireAlike(int shard) {
        var first = parameters();
        var own = shards.get(shard).parameters;
        for (int p = 0; p < Math.max(first.size(), own.size()); p++) {
            var wanted = describe(first, p);
            var found = describe(own, p);
            if (!found.equals(wanted)) {
                throw new IllegalArgumentException("DataParallel: parameter " + p + " of model 0 is " + wanted
                        + ", of model " + shard + " " + found + "; newModel must always make the same layers");
            }
        }
    }

    private static String describe(List<Parameter> parameters, int index) {
        return index < parameters.size()
                ? parameters.get(index).name() + " "
                        + parameters.get(index).value().shape()
                : "missing";
    }

    /** The model of the first shard, for evaluation and for saving; what it learns, all learn. */
    public Layer model() {
        return shards.getFirst().model;
    }

    /** The parameters of the first model, which get all gradients: those that an optimiser wants. */
    public List<Parameter> parameters() {
        return shards.getFirst().parameters;
    }

    /**
     * The generators of all models by name, {@code model 0.1.random}. Their states belong to a training that is to go
     * on where it stopped.
     */
    public Map<String, TorchRandom> generators() {
        return generators;
    }

    /** Chooses between training and evaluation for the models of all shards. */
    public void train(boolean training) {
        shards.forEach(shard -> shard.model.train(training));
    }

    /**
     * Runs a batch forward and backward: adds the gradients of its loss to those of {@link #parameters()}, and returns
     * that loss.
     *
     * @param x (N, …), cut into shards of N / shards rows, give or take one
     * @param y the targets: (N, …), or (N · T) where the model makes T rows of logits from a row of x
     * @throws IllegalArgumentException if there are fewer rows than shards, or if no target counts
     */
    public double forwardBackward(Tensor x, Tensor y) {
        cut(x, y);
        Backend.share(shards.size(), forwardBackward);
        double loss = 0;
        for (int i = 0; i < shards.size(); i++) {
            loss += shards.get(i).weight * shards.get(i).value;
        }
        var parameters = parameters();
        for (int i = 1; i < shards.size(); i++) {
            for (int p = 0; p < parameters.size(); p++) {
                Updates.addScaled(
                        parameters.get(p).grad(),
                        1,
                        shards.get(i).parameters.get(p).grad());
            }
        }
        return loss;
    }

    private void cut(Tensor x, Tensor y) {
        int rows = x.shape().rank() == 0 ? 0 : x.size(0);
        if (rows < shards.size()) {
            throw new IllegalArgumentException("DataParallel: x " + x.shape() + " has " + rows
                    + " rows, fewer than the " + shards.size() + " shards");
        }
        if (y.shape().rank() == 0 || y.size(0) % rows != 0) {
            throw new IllegalArgumentException(
                    "DataParallel: wants targets (N, …), or (N · T), for x " + x.shape() + ", y is " + y.shape());
        }
        for (int i = 0; i < shards.size(); i++) {
            var shard = shards.get(i);
            int first = (int) ((long) rows * i / shards.size());
            int end = (int) ((long) rows * (i + 1) / shards.size());
            shard.x = rows(x, first, end, shard.x);
            shard.y = rows(y, first * (y.size(0) / rows), end * (y.size(0) / rows), shard.y);
            shard.divisor = shard.loss.divisor(shard.y);
        }
        double divisor = shards.getFirst().loss.divisor(y);
        if (!(divisor > 0)) {
            throw new IllegalArgumentException(
                    "DataParallel: the mean over no targets has no value, all of y " + y.shape() + " are ignored");
        }
        for (int i = 0; i < shards.size(); i++) {
            shards.get(i).weight = shards.get(i).divisor / divisor;
        }
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

    /** One shard, in the thread of its own. Where all its targets are ignored there is nothing to learn from it. */
    private void forwardBackward(int index) {
        var shard = shards.get(index);
        if (index > 0) {
            shareValues(shard);
        }
        shard.value = 0;
        if (shard.divisor > 0) {
            var x = Passes.kept(shard.x);
            var y = Passes.kept(shard.y);
            shard.value = shard.loss.forward(shard.model.forward(x), y);
            shard.model.backward(shard.loss.backward(shard.weight));
        }
    }

    /** Before every batch, because {@code model().to(dtype)} gives the first model new tensors. */
    private void shareValues(Shard shard) {
        var first = parameters();
        for (int p = 0; p < first.size(); p++) {
            var own = shard.parameters.get(p);
            if (own.value().dtype() != first.get(p).value().dtype()) {
                shard.model.to(first.get(p).value().dtype());
            }
            own.shareValue(first.get(p));
            own.zeroGrad();
        }
    }
}
