package handgrad.app.mpi;

import handgrad.io.WeightsHash;
import handgrad.nn.Collective;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.DataParallel;
import handgrad.nn.Embedding;
import handgrad.nn.FlattenConsecutive;
import handgrad.nn.Layer;
import handgrad.nn.Linear;
import handgrad.nn.Sequential;
import handgrad.nn.Tanh;
import handgrad.optim.Sgd;
import handgrad.random.TorchRandom;
import handgrad.tensor.Backend;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;

/** Trains a perceptron over the ranks that a launcher started, in 8 shards, and prints the hash of the weights. */
final class CollectiveProgram {
    private static final int SHARDS = 8;
    private static final int STEPS = 5;
    private static final int ROWS = 50;

    private CollectiveProgram() {}

    static void main() {
        Backend.setThreads(1);
        var ranks = MpiCollective.open();
        var hash = train(ranks);
        var said = ranks.broadcast("rank 0 of " + ranks.size());
        // The last rank, so that the hash is not only that of the rank whose start is broadcast.
        if (ranks.rank() == ranks.size() - 1) {
            IO.println(said + ": " + hash);
        }
        ranks.close();
    }

    static String train(Collective ranks) {
        // Every rank begins with weights of its own, and gets those of rank 0.
        long seed = ranks.rank();
        var parallel = new DataParallel(ranks, SHARDS, () -> perceptron(seed), CrossEntropyLoss::new);
        parallel.broadcast();
        var sgd = new Sgd(parallel.parameters());
        var random = TorchRandom.seeded(7);
        for (int step = 0; step < STEPS; step++) {
            var x = indices(random, ROWS, 3);
            var y = indices(random, ROWS);
            sgd.zeroGrad();
            parallel.forwardBackward(x, y);
            sgd.step(0.1);
        }
        return WeightsHash.of(parallel.model().stateDict());
    }

    private static Layer perceptron(long seed) {
        var random = TorchRandom.seeded(seed);
        return new Sequential(
                new Embedding(27, 4, random),
                new FlattenConsecutive(3),
                new Linear(12, 40, random),
                new Tanh(),
                new Linear(40, 27, random));
    }

    private static Tensor indices(TorchRandom random, int... sizes) {
        var tensor = Tensor.zeros(DType.INT32, Shape.of(sizes));
        random.randint(0, 27, tensor.ints());
        return tensor;
    }
}
