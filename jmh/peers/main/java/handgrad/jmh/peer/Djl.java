package handgrad.jmh.peer;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.core.Embedding;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.training.loss.Loss;
import handgrad.data.Batch;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/** DJL's PyTorch engine with its gradient collector, on the operations that DJL's own blocks are made of. */
public final class Djl implements Library {
    @Override
    public String title() {
        return "djl";
    }

    @Override
    public String version() {
        return "DJL " + Engine.getDjlVersion() + ", PyTorch " + engine().getVersion();
    }

    private static Engine engine() {
        return Engine.getEngine("PyTorch");
    }

    @Override
    public boolean supports(Workload workload) {
        return true;
    }

    @Override
    public TrainingStep start(Workload workload, int threads) {
        // Read by the engine when it is first asked for.
        System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
        return new Network(workload);
    }

    /** A part of the network; every array is (rows, columns). */
    private interface Operation {
        NDArray apply(NDArray x);
    }

    private static final class Network implements TrainingStep {
        private final NDManager manager = engine().newBaseManager();
        private final List<Operation> operations = new ArrayList<>();
        private final List<NDArray> parameters = new ArrayList<>();
        private final IdentityHashMap<Batch, NDArray[]> batches = new IdentityHashMap<>();
        private final Loss loss = Loss.softmaxCrossEntropyLoss();

        Network(Workload workload) {
            int positions = workload.sizes().blockSize();
            int width = 0;
            for (var part : workload.parts()) {
                switch (part) {
                    case Part.Embedding(var table) -> {
                        var weight = parameter(table);
                        int columns = table.size(1);
                        width = columns;
                        operations.add(x -> Embedding.embedding(x, weight, SparseFormat.DENSE)
                                .singletonOrThrow()
                                .reshape(-1, columns));
                    }
                    case Part.Flatten(int n) -> {
                        long columns = (long) n * width;
                        positions /= n;
                        operations.add(x -> x.reshape(-1, columns));
                    }
                    case Part.Linear(var weight, var bias) -> {
                        var w = parameter(weight);
                        var b = bias == null ? null : parameter(bias);
                        width = weight.size(1);
                        operations.add(
                                b == null ? x -> x.matMul(w) : x -> x.matMul(w).add(b));
                    }
                    case Part.BatchNorm norm ->
                        operations.add(batchNorm(norm, (long) workload.batchSize() * positions));
                    case Part.Tanh() -> operations.add(NDArray::tanh);
                }
            }
        }

        private Operation batchNorm(Part.BatchNorm norm, long n) {
            var gain = parameter(norm.gain());
            var bias = parameter(norm.bias());
            var mean = manager.zeros(gain.getShape());
            var variance = manager.ones(gain.getShape());
            double ratio = (n - 1.0) / n;
            float epsilon = (float) (norm.epsilon() * ratio);
            float momentum = (float) norm.momentum();
            return x -> BatchNorm.batchNorm(
                            x, mean, variance, gain.mul(Math.sqrt(ratio)), bias, 1, momentum, epsilon, true)
                    .singletonOrThrow();
        }

        private NDArray parameter(handgrad.tensor.Tensor value) {
            int[] sizes = value.shape().toArray();
            var shape = sizes.length == 2 && sizes[0] > 1
                    ? new Shape(sizes[0], sizes[1])
                    : new Shape(value.floats().length);
            var array = manager.create(value.floats(), shape);
            array.setRequiresGradient(true);
            parameters.add(array);
            return array;
        }

        private NDArray indices(handgrad.tensor.Tensor values) {
            long[] longs = new long[values.ints().length];
            for (int i = 0; i < longs.length; i++) {
                longs[i] = values.ints()[i];
            }
            return manager.create(longs);
        }

        @Override
        public double run(Batch batch) {
            var pair = batches.computeIfAbsent(batch, b -> new NDArray[] {indices(b.x()), indices(b.y())});
            try (var step = manager.newSubManager()) {
                var value = gradients(pair[0], pair[1], step);
                for (var parameter : parameters) {
                    var gradient = parameter.getGradient();
                    gradient.attach(step);
                    parameter.subi(gradient.mul(Workload.LEARNING_RATE));
                    // As DJL's zeroGradients does it, which looks for gradients among all arrays there are.
                    gradient.subi(gradient);
                }
                return value.getFloat();
            }
        }

        private NDArray gradients(NDArray contexts, NDArray targets, NDManager step) {
            try (var collector = engine().newGradientCollector()) {
                // Results belong to the manager of their first operand, here that of the step.
                var x = contexts.duplicate();
                x.attach(step);
                for (var operation : operations) {
                    x = operation.apply(x);
                }
                var value = loss.evaluate(new NDList(targets), new NDList(x));
                collector.backward(value);
                return value;
            }
        }
    }
}
