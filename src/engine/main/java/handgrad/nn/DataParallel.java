package handgrad.nn;

import handgrad.random.RandomState;
import handgrad.random.TorchRandom;
import handgrad.tensor.Backend;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Data parallelism: cuts each batch into shards that go through the model at the same time, forward and backward, in
 * threads and, where there are any, in ranks of a {@link Collective}.
 *
 * <pre>{@code
 * var parallel = new DataParallel(8, () -> newModel(TorchRandom.seeded(42)));
 * var sgd = new Sgd(parallel.parameters());
 * ...
 *     var batch = names.train().batch(4096, random);
 *     sgd.zeroGrad();
 *     double loss = parallel.forwardBackward(batch.x(), batch.y());
 *     sgd.step(0.1);
 * }</pre>
 *
 * <p><b>Bits.</b> The gradients of the shards are added in a binary tree over their numbers. So the result depends on
 * the number of shards, by rounding, and on nothing else: not on the threads, and not on the ranks. Choose the shards
 * once, as many as the largest machine has processors, best a power of two; they belong to the options of a training.
 * Ranks of one sum compute the same bits only where their processors take the same kernels: OpenBLAS differs from core
 * to core, the kernels in Java do not.
 *
 * <p><b>Memory.</b> A rank has a run of shards, one behind the other, and a model for each that it computes at the same
 * time: as many as it has threads, at construction, and at most one for each of its shards. The models share the values
 * of the parameters. Gradients are kept for each model and, where a model computes several shards, for log₂ of them
 * more.
 *
 * <p><b>Loss.</b> It is that of the batch: in a mean a shard weighs as many targets as it has, without the ignored
 * ones.
 *
 * <p><b>Statistics.</b> As in PyTorch's {@code DataParallel}, a {@link BatchNorm1d} normalises each shard by the
 * shard's own statistics, which is another model than the undivided one, and the running statistics follow the first
 * shard only; every rank gets them. With {@link Normalizing#BY_BATCH} it normalises by those of the whole batch, as
 * PyTorch's {@code SyncBatchNorm}, and all is as without shards, to rounding: then each shard has a model of its own,
 * since all of them wait for each other at each such layer.
 *
 * <p><b>Draws.</b> What a layer such as {@link Dropout} draws for a shard follows from the state of its generator in
 * {@link #model()} before the batch and from the number of the shard. A batch moves that generator by one draw. A
 * single shard draws as the model without shards does.
 *
 * <p>A training that is saved and goes on has the state of one model: {@link #model()}, with its generators.
 *
 * <p>This pays where a batch is large and its operations are many and small; large operations are shared among the
 * threads without it, and inside a shard they are not.
 */
public final class DataParallel {
    /** What batch normalisation normalises a shard by. */
    public enum Normalizing {
        /** By the statistics of the shard. */
        BY_SHARD,
        /** By those of the whole batch. */
        BY_BATCH
    }

    private final Collective ranks;
    private final ShardTree tree;
    private final int shards;
    private final int first;
    private final int end;

    /** The first one is the model of all. */
    private final List<ShardModel> models;

    private final ShardDraws draws;
    private final ShardGradients gradients;

    /** Where the shards advance together, else null. */
    private final @Nullable Lockstep lockstep;

    /** The loss of each shard, (shards, 1), times its weight in that of the batch. */
    private final double[][] losses;

    /** The running statistics before the batch. */
    private final List<Tensor> running = new ArrayList<>();

    private final ShardExchange exchange;

    private final IntConsumer begin = this::begin;
    private final IntConsumer forwardBackward = this::forwardBackward;
    private final ShardTree.Merging addLosses = this::addLosses;
    private @Nullable RankSum rankSum;
    private @Nullable Tensor x;
    private @Nullable Tensor y;
    private double divisor;

    /** The first of the shards that are computed at the same time. */
    private int round;

    /**
     * Shards under the mean cross-entropy, in the threads of this process.
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
     * Shards under a loss, in the threads of this process.
     *
     * @param shards at least 1
     * @param newModel makes a new model at each call, always with the same layers; the values of the first one are
     *     taken
     * @param newLoss makes a new loss at each call, always of the same kind
     * @throws IllegalArgumentException if the parameters or generators of two models differ in number, name or shape,
     *     or two models share a layer, a parameter, a tensor or a generator, or two of them a loss
     */
    public DataParallel(int shards, Supplier<? extends Layer> newModel, Supplier<? extends Loss> newLoss) {
        this(Collective.single(), shards, newModel, newLoss);
    }

    /**
     * Shards under a loss, in the threads of all ranks. Every rank calls this, and then every {@link #forwardBackward},
     * with the same arguments; the model is that of rank 0, as after {@link #broadcast}.
     *
     * @param ranks at most as many as shards
     * @param shards the same at every rank, at least 1
     * @param newModel as for one process
     * @param newLoss as for one process
     * @throws IllegalArgumentException as for one process, or if there are more ranks than shards
     */
    public DataParallel(
            Collective ranks, int shards, Supplier<? extends Layer> newModel, Supplier<? extends Loss> newLoss) {
        this(ranks, shards, Normalizing.BY_SHARD, newModel, newLoss);
    }

    /**
     * As without {@code normalizing}, which says what batch normalisation normalises by.
     *
     * @throws IllegalArgumentException as without it, or if a batch normalisation is to normalise by the batch that is
     *     no {@link BatchNorm1d} over all rows, or no layer of the {@link Sequential} that the whole model is
     */
    public DataParallel(
            Collective ranks,
            int shards,
            Normalizing normalizing,
            Supplier<? extends Layer> newModel,
            Supplier<? extends Loss> newLoss) {
        if (shards < 1) {
            throw new IllegalArgumentException("DataParallel: wants at least 1 shard, not " + shards);
        }
        if (ranks.size() > shards) {
            throw new IllegalArgumentException(
                    "DataParallel: " + ranks.size() + " ranks want at least as many shards, not " + shards);
        }
        this.ranks = ranks;
        this.shards = shards;
        tree = new ShardTree(shards, ranks.size());
        first = tree.first(ranks.rank());
        end = tree.first(ranks.rank() + 1);
        losses = new double[shards][1];
        exchange = new ShardExchange(ranks, tree);
        boolean isLockstep = normalizing == Normalizing.BY_BATCH;
        models = Stream.generate(() -> new ShardModel(newModel.get(), newLoss.get()))
                .limit(isLockstep ? end - first : Math.min(Backend.threads(), end - first))
                .toList();
        ShardModel.check(models);
        lockstep = isLockstep ? new Lockstep(ranks, tree, shards, models) : null;
        gradients = new ShardGradients(tree, first, end);
        models.stream()
                .skip(1)
                .forEach(model -> gradients.addPlace(
                        model.parameters().stream().map(Parameter::grad).toList()));
        draws = new ShardDraws(shards == 1 ? List.of() : models.getFirst().generators());
        broadcast();
    }

    /** The model, for evaluation and for saving: at rank 0 it is the one that the first shard goes through. */
    public Layer model() {
        return models.getFirst().layer();
    }

    /** The parameters of {@link #model()}, which get all gradients: those that an optimiser wants. */
    public List<Parameter> parameters() {
        return models.getFirst().parameters();
    }

    /** Chooses between training and evaluation for all that this rank computes. */
    public void train(boolean training) {
        models.forEach(model -> model.layer().train(training));
    }

    /**
     * Gives the model of every rank the parameters, statistics and states of generators that rank 0 has. Every rank
     * calls it, where rank 0 alone has loaded some.
     *
     * @throws RankFailedException if a rank has failed
     */
    public void broadcast() {
        if (ranks.size() == 1) {
            return;
        }
        ranks.agree(0);
        var state = new ArrayList<>(model().stateDict().values());
        var generators = models.getFirst().generators();
        generators.forEach(generator -> state.add(integers(generator)));
        FlatTensors.broadcast(state, ranks);
        for (int i = 0; i < generators.size(); i++) {
            var integers = state.get(state.size() - generators.size() + i);
            generators.get(i).setState(RandomState.of(integers.ints()));
        }
    }

    private static Tensor integers(TorchRandom generator) {
        int[] integers = generator.state().toArray();
        return Tensor.of(integers, integers.length);
    }

    /**
     * Runs a batch forward and backward: adds the gradients of its loss to those of {@link #parameters()}, and returns
     * that loss; both are the same at every rank.
     *
     * @param x (N, …), the whole batch at every rank, cut into shards of N / shards rows, give or take one
     * @param y the targets: (N, …), or (N · T) where the model makes T rows of logits from a row of x
     * @throws IllegalArgumentException if there are fewer rows than shards, or if no target counts
     * @throws RankFailedException if there are several ranks and one has failed; at that one it has the cause
     */
    public double forwardBackward(Tensor x, Tensor y) {
        if (ranks.size() == 1) {
            compute(x, y);
            return sumLosses();
        }
        try {
            compute(x, y);
        } catch (RuntimeException | Error failure) {
            throw ranks.fail(failure);
        }
        ranks.agree(0);
        try {
            return exchange();
        } catch (RuntimeException | Error failure) {
            if (!(failure instanceof RankFailedException)) {
                ranks.abort(String.valueOf(failure.getMessage()));
            }
            throw failure;
        }
    }

    private void requireCut(Tensor x, Tensor y) {
        int rows = x.shape().rank() == 0 ? 0 : x.size(0);
        if (rows < shards) {
            throw new IllegalArgumentException(
                    "DataParallel: x " + x.shape() + " has " + rows + " rows, fewer than the " + shards + " shards");
        }
        if (y.shape().rank() == 0 || y.size(0) % rows != 0) {
            throw new IllegalArgumentException(
                    "DataParallel: wants targets (N, …), or (N · T), for x " + x.shape() + ", y is " + y.shape());
        }
        divisor = models.getFirst().loss().divisor(y);
        if (!(divisor > 0)) {
            throw new IllegalArgumentException(
                    "DataParallel: the mean over no targets has no value, all of y " + y.shape() + " are ignored");
        }
    }

    /** Computes the shards of this rank, from the last to the first, as many at the same time as there are models. */
    private void compute(Tensor batchX, Tensor batchY) {
        requireCut(batchX, batchY);
        x = batchX;
        y = batchY;
        begin();
        try {
            if (lockstep != null) {
                ranks.barrier(); // a rank that failed before comes here
                round = first;
                lockstep.forwardBackward(first, this::equipAll, losses);
                addGradients(models.size());
                return;
            }
            for (int rounds = Math.ceilDiv(end - first, models.size()); rounds > 0; rounds--) {
                round = first + (rounds - 1) * models.size();
                int count = Math.min(models.size(), end - round);
                equip(count);
                Backend.share(count, forwardBackward);
                addGradients(count);
            }
        } finally {
            end();
        }
    }

    private void equip(int count) {
        for (int i = 0; i < count; i++) {
            equip(models.get(i), round + i);
        }
    }

    private void equipAll() {
        equip(models.size());
        Backend.share(models.size(), begin);
    }

    private void addGradients(int count) {
        for (int i = count - 1; i >= 0; i--) {
            gradients.add(round + i, models.get(i).gradients());
        }
    }

    private void begin() {
        gradients.begin(parameters());
        running.clear();
        for (var statistic : models.getFirst().statistics()) {
            running.add(statistic.value());
        }
        draws.begin();
    }

    private void end() {
        draws.end();
        models.getFirst().useGradients(gradients.own());
        if (first > 0) {
            models.getFirst().endCopies(running);
        }
        x = null;
        y = null;
    }

    /** Gives a model what its next shard wants: the values, a place for the gradients, and statistics. */
    private void equip(ShardModel model, int shard) {
        model.shareValues(parameters());
        model.useGradients(gradients.place(shard));
        if (shard == 0) {
            model.useStatistics(running);
        } else {
            model.useCopies(running);
        }
    }

    /** Before a shard goes through its model. */
    private void begin(int index) {
        var model = models.get(index);
        int shard = round + index;
        if (shard > 0) {
            for (var parameter : model.parameters()) {
                parameter.zeroGrad();
            }
        }
        draws.beginShard(shard, model.generators());
        var batch = Passes.kept(x);
        long rows = batch.size(0);
        model.take(batch, Passes.kept(y), (int) (rows * shard / shards), (int) (rows * (shard + 1) / shards), divisor);
    }

    /** One shard, in the thread of its model. */
    private void forwardBackward(int index) {
        begin(index);
        losses[round + index][0] = models.get(index).forwardBackward();
    }

    private void addLosses(int shard, int behind) {
        losses[shard][0] += losses[behind][0];
    }

    private double sumLosses() {
        tree.merge(addLosses);
        return losses[0][0];
    }

    /** Sums what all ranks have computed, and gives all of them the statistics of rank 0. */
    private double exchange() {
        exchange.exchange(losses, () -> {});
        rankSum().sum(gradients.sums(), gradients.own());
        var statistics = models.getFirst().statistics();
        if (!statistics.isEmpty()) {
            FlatTensors.broadcast(statistics.stream().map(Statistic::value).toList(), ranks);
        }
        return sumLosses();
    }

    private RankSum rankSum() {
        var dtype = gradients.own().getFirst().dtype();
        long elements = 0;
        for (var gradient : gradients.own()) {
            if (gradient.dtype() != dtype) {
                throw new IllegalArgumentException("DataParallel: several ranks want parameters of one type, there are "
                        + dtype + " and " + gradient.dtype());
            }
            elements += gradient.shape().elements();
        }
        if (rankSum == null || !rankSum.isFor(dtype, elements)) {
            rankSum = new RankSum(ranks, tree, dtype, elements);
        }
        return rankSum;
    }
}
