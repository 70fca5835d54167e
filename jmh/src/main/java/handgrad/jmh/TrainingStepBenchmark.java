package handgrad.jmh;

import handgrad.data.Dataset;
import handgrad.data.Names;
import handgrad.nn.BatchNorm1d;
import handgrad.nn.BatchNormOptions;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Embedding;
import handgrad.nn.FlattenConsecutive;
import handgrad.nn.Linear;
import handgrad.nn.Sequential;
import handgrad.nn.Tanh;
import handgrad.optim.Sgd;
import handgrad.random.TorchRandom;
import handgrad.tensor.Backend;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Question: how long does one training step of makemore part 3's network (12,097 parameters) take on one thread, from
 * drawing the batch to the update of the weights?
 *
 * <p>Method: the median of sampled steps over five forks, because the addresses of the arrays, and with them the speed,
 * differ from fork to fork. {@code -prof gc} shows what a step allocates; in steady state that is nothing.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 5,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class TrainingStepBenchmark {
    /** The rows of a batch. */
    @Param("32")
    public int batchSize;

    /** The units of the hidden layer. */
    @Param("200")
    public int hidden;

    private TorchRandom random;
    private Dataset data;
    private Sequential model;
    private CrossEntropyLoss loss;
    private Sgd sgd;

    /** Builds the model. */
    @Setup
    public void build() {
        Backend.setThreads(1);
        random = TorchRandom.seeded(2147483647L);
        data = Names.bundled().split(42).train();
        model = new Sequential(
                new Embedding(27, 10, random),
                new FlattenConsecutive(3),
                new Linear(30, hidden, false, random),
                new BatchNorm1d(hidden, BatchNormOptions.MAKEMORE_PART_3),
                new Tanh(),
                new Linear(hidden, 27, random));
        loss = new CrossEntropyLoss();
        sgd = new Sgd(model.parameters());
    }

    /** One step; returns the loss of its batch. */
    @Benchmark
    public double step() {
        var batch = data.batch(batchSize, random);
        double value = loss.forward(model.forward(batch.x()), batch.y());
        sgd.zeroGrad();
        model.backward(loss.backward());
        sgd.step(0.01);
        return value;
    }
}
