package handgrad.jmh.peer;

import handgrad.data.Batch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.IdentityHashMap;
import org.bytedeco.javacpp.Loader;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** ND4J, every gradient written by hand as in NumPy: its arrays have no gradients. Makemore part 3's network alone. */
public final class Nd4jByHand implements Library {
    @Override
    public String title() {
        return "nd4j";
    }

    @Override
    public String version() {
        try {
            return "ND4J " + Loader.getVersion("org.nd4j", "nd4j-api");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public boolean supports(Workload workload) {
        return WorkloadFile.holds(workload);
    }

    @Override
    public TrainingStep start(Workload workload, int threads) {
        Nd4j.getEnvironment().setMaxThreads(threads);
        Nd4j.getEnvironment().setMaxMasterThreads(threads);
        return new Network(workload);
    }

    /** The weight of the batch in the running statistics, as in the lecture. */
    private static final float MOMENTUM = 0.001f;

    private static final class Network implements TrainingStep {
        private final INDArray table;
        private final INDArray weight1;
        private final INDArray gain;
        private final INDArray bias;
        private final INDArray weight2;
        private final INDArray bias2;
        private final INDArray runningMean;
        private final INDArray runningDeviation;
        private final int n;
        private final int symbols;
        private final IdentityHashMap<Batch, INDArray[]> batches = new IdentityHashMap<>();

        Network(Workload workload) {
            var weights = workload.build().parameters().stream()
                    .map(parameter -> array(parameter.value()))
                    .toList();
            table = weights.get(0);
            weight1 = weights.get(1);
            gain = weights.get(2);
            bias = weights.get(3);
            weight2 = weights.get(4);
            bias2 = weights.get(5);
            runningMean = Nd4j.zeros(DataType.FLOAT, gain.shape());
            runningDeviation = Nd4j.ones(DataType.FLOAT, gain.shape());
            n = workload.batchSize();
            symbols = (int) table.size(0);
        }

        private static INDArray array(handgrad.tensor.Tensor value) {
            int rows = value.shape().rank() == 2 ? value.size(0) : 1;
            return Nd4j.createFromArray(value.floats())
                    .reshape(rows, value.size(-1))
                    .dup('c');
        }

        /** One-hot matrices of the contexts and of the targets. */
        private INDArray[] oneHot(Batch batch) {
            return new INDArray[] {oneHot(batch.x().ints()), oneHot(batch.y().ints())};
        }

        private INDArray oneHot(int[] indices) {
            float[] values = new float[indices.length * symbols];
            for (int i = 0; i < indices.length; i++) {
                values[i * symbols + indices[i]] = 1;
            }
            return Nd4j.createFromArray(values).reshape(indices.length, symbols);
        }

        @Override
        public double run(Batch batch) {
            var pair = batches.computeIfAbsent(batch, this::oneHot);
            var contexts = pair[0];
            var targets = pair[1];

            var x = contexts.mmul(table).reshape(n, weight1.size(0));
            var pre = x.mmul(weight1);
            var mean = pre.mean(true, 0);
            var unit = pre.subiRowVector(mean);
            var deviation = Transforms.sqrt(unit.mul(unit).sum(true, 0).divi(n - 1), false);
            unit.diviRowVector(deviation);
            runningMean.addi(mean.sub(runningMean).muli(MOMENTUM));
            runningDeviation.addi(deviation.sub(runningDeviation).muli(MOMENTUM));
            var h = Transforms.tanh(unit.mulRowVector(gain).addiRowVector(bias), false);
            var logits = h.mmul(weight2).addiRowVector(bias2);
            logits.subiColumnVector(logits.max(true, 1));
            var probabilities = Transforms.exp(logits, true);
            var sums = probabilities.sum(true, 1);
            double loss = (Transforms.log(sums, true).sumNumber().doubleValue()
                            - logits.muli(targets).sumNumber().doubleValue())
                    / n;

            var dLogits = probabilities.diviColumnVector(sums).subi(targets).divi(n);
            var dWeight2 = h.transpose().mmul(dLogits);
            var dBias2 = dLogits.sum(true, 0);
            var d = dLogits.mmul(weight2.transpose());
            d.muli(h.muli(h).rsubi(1));
            var dBias = d.sum(true, 0);
            var dGain = d.mul(unit).sum(true, 0);
            unit.muliRowVector(dGain.div(n - 1));
            d.subiRowVector(dBias.div(n)).subi(unit).muliRowVector(gain.div(deviation));
            var dWeight1 = x.transpose().mmul(d);
            var dX = d.mmul(weight1.transpose()).dup('c').reshape(contexts.size(0), table.size(1));
            var dTable = contexts.transpose().mmul(dX);

            update(table, dTable);
            update(weight1, dWeight1);
            update(gain, dGain);
            update(bias, dBias);
            update(weight2, dWeight2);
            update(bias2, dBias2);
            return loss;
        }

        private static void update(INDArray value, INDArray gradient) {
            value.subi(gradient.muli(Workload.LEARNING_RATE));
        }
    }
}
