package handgrad.app.train;

import handgrad.data.Batch;
import handgrad.nn.Collective;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.DataParallel;
import handgrad.nn.Layer;
import handgrad.nn.Parameter;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** How the batches of a training go through its network: each whole, or in shards. */
public sealed interface BatchPass {
    /**
     * The pass of a network under the cross-entropy.
     *
     * @param sharding how a batch is cut
     * @param ranks share the shards
     * @param another makes another network with the same layers, whose numbers do not matter
     */
    static BatchPass of(Layer network, Sharding sharding, Collective ranks, Supplier<? extends Layer> another) {
        return sharding.shards() == 0
                ? new Whole(network, new CrossEntropyLoss())
                : Shards.of(network, sharding, ranks, another);
    }

    /** The loss of a batch. */
    double forward(Batch batch);

    /** Sets the gradients to those of the last batch. */
    void backward();

    /** A batch at once. */
    record Whole(Layer network, CrossEntropyLoss loss) implements BatchPass {
        @Override
        public double forward(Batch batch) {
            return loss.forward(network.forward(batch.x()), batch.y());
        }

        @Override
        public void backward() {
            network.parameters().forEach(Parameter::zeroGrad);
            network.backward(loss.backward());
        }
    }

    /** A batch in shards, each of which goes forward and backward at once. */
    record Shards(DataParallel parallel) implements BatchPass {
        private static Shards of(
                Layer network, Sharding sharding, Collective ranks, Supplier<? extends Layer> another) {
            var networks = Stream.concat(Stream.of(network), Stream.<Layer>generate(another))
                    .iterator();
            return new Shards(new DataParallel(
                    ranks, sharding.shards(), sharding.normalizing(), networks::next, CrossEntropyLoss::new));
        }

        @Override
        public double forward(Batch batch) {
            parallel.parameters().forEach(Parameter::zeroGrad);
            return parallel.forwardBackward(batch.x(), batch.y());
        }

        @Override
        public void backward() {}
    }
}
