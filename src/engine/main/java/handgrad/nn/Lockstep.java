package handgrad.nn;

import handgrad.nn.BatchNormOptions.Axes;
import handgrad.tensor.Backend;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * The shards of a rank, side by side through a {@link Sequential}: at each batch normalisation all shards of all ranks
 * meet, forward and backward. Between two of these each shard goes its way, in threads where there are any.
 */
final class Lockstep {
    private final List<ShardModel> models;
    private final List<Sequential> networks;
    private final ShardExchange exchange;

    /** Where the batch normalisations are, from the first to the last. */
    private final int[] positions;

    private final List<SynchronizedBatchNorm> norms = new ArrayList<>();

    /** Of each shard what goes from layer to layer. */
    private final Tensor[] passing;

    /**
     * The shards of a rank.
     *
     * @param shards how many there are at all ranks
     * @param models one for each of this rank, all alike
     * @throws IllegalArgumentException if a batch normalisation cannot be synchronised
     */
    Lockstep(Collective ranks, ShardTree tree, int shards, List<ShardModel> models) {
        this.models = models;
        positions = positions(models.getFirst().layer());
        networks = models.stream().map(model -> (Sequential) model.layer()).toList();
        exchange = new ShardExchange(ranks, tree);
        passing = new Tensor[models.size()];
        for (int position : positions) {
            var layers = networks.stream()
                    .map(network -> (BatchNorm1d) network.layers().get(position))
                    .toList();
            norms.add(new SynchronizedBatchNorm(tree, shards, tree.first(ranks.rank()), layers));
        }
    }

    private static int[] positions(Layer layer) {
        if (!(layer instanceof Sequential network)) {
            throw cannot(layer.getClass().getSimpleName() + " is no Sequential");
        }
        layer.parts().layers().forEach((name, inside) -> {
            if (inside instanceof BatchNorm norm) {
                if (!network.layers().contains(inside)) {
                    throw cannot(name + " is inside another layer");
                }
                if (!(norm instanceof BatchNorm1d) || norm.options().axes() == Axes.FIRST) {
                    throw cannot(name + " is no BatchNorm1d with one statistic a feature");
                }
            }
        });
        int[] positions = IntStream.range(0, network.layers().size())
                .filter(i -> network.layers().get(i) instanceof BatchNorm)
                .toArray();
        if (positions.length == 0) {
            throw cannot("it has none");
        }
        return positions;
    }

    private static IllegalArgumentException cannot(String reason) {
        return new IllegalArgumentException("DataParallel: batch normalisation by the batch wants a Sequential with"
                + " each BatchNorm1d as a layer of its own, where shards can wait for each other; " + reason);
    }

    /**
     * Runs the shards forward and backward.
     *
     * @param first of the shards of this rank
     * @param begin gives each model its shard
     * @param losses (shards, 1): those of this rank's shards are written
     */
    void forwardBackward(int first, Runnable begin, double[][] losses) {
        int last = norms.size();
        for (int k = 0; k < last; k++) {
            int stage = k;
            exchange.exchange(norms.get(k).moments(), () -> {
                if (stage == 0) {
                    begin.run();
                }
                each(i -> forward(stage, i));
            });
            norms.get(k).mergeMoments();
        }
        for (int k = last; k > 0; k--) {
            int stage = k;
            exchange.exchange(
                    norms.get(k - 1).sums(),
                    () -> each(i -> {
                        if (stage == last) {
                            forward(stage, i);
                            losses[first + i][0] = models.get(i).loss(passing[i]);
                            passing[i] = models.get(i).gradient(passing[i]);
                        }
                        backward(stage, i);
                    }));
            norms.get(k - 1).mergeSums();
        }
        each(i -> backward(0, i));
    }

    private void each(IntConsumer work) {
        Backend.share(models.size(), work);
    }

    /** A shard from after one batch normalisation into the next. */
    private void forward(int stage, int i) {
        var network = networks.get(i);
        var out = stage == 0
                ? models.get(i).x()
                : network.observed(positions[stage - 1], norms.get(stage - 1).endForward(i, passing[i]));
        for (int layer = begin(stage); layer < end(stage, network); layer++) {
            out = network.observed(layer, network.layers().get(layer).forward(out));
        }
        if (stage < norms.size()) {
            norms.get(stage).beginForward(i, out);
        }
        passing[i] = out;
    }

    /** The way back. */
    private void backward(int stage, int i) {
        var network = networks.get(i);
        var d = stage == norms.size() ? passing[i] : norms.get(stage).endBackward(i, passing[i]);
        for (int layer = end(stage, network) - 1; layer >= begin(stage); layer--) {
            d = network.layers().get(layer).backward(network.observedGradient(layer, d));
        }
        if (stage > 0) {
            norms.get(stage - 1).beginBackward(i, network.observedGradient(positions[stage - 1], d));
        }
        passing[i] = d;
    }

    /** The first layer after a batch normalisation. */
    private int begin(int stage) {
        return stage == 0 ? 0 : positions[stage - 1] + 1;
    }

    /** The next batch normalisation, or the end. */
    private int end(int stage, Sequential network) {
        return stage < positions.length ? positions[stage] : network.layers().size();
    }
}
