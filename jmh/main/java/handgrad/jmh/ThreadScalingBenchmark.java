package handgrad.jmh;

import handgrad.data.Dataset;
import handgrad.data.Names;
import handgrad.models.LectureModel;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.DataParallel;
import handgrad.nn.Layer;
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
 * Question: how much faster is a step of a large batch on two threads, where threads share each operation, and where
 * each takes shards of the batch through the whole model?
 *
 * <p>Method: the network of makemore part 3 with a batch of 1024 rows, and 1024 hidden units or the lecture's 200. The
 * batch is cut into two shards, also for one thread, so that both compute the same. The speed-up is the ratio of a
 * method's times at one and two threads; {@code operations} on one thread against {@code shards} on two is what a user
 * gains. Run it alone on the machine: a thread that waits for a processor is waited for by the others.
 *
 * <p>Expect the shards to win where operations are small, because they meet once a step and not at every operation, and
 * the operations where weights are large, because shards add their gradients.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
        value = 5,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ThreadScalingBenchmark {
    private static final int SHARDS = 2;

    /** How many threads compute. */
    @Param({"1", "2"})
    public int threads;

    /** The units of the hidden layer. */
    @Param({"200", "1024"})
    public int hidden;

    /** The rows of a batch. */
    @Param("1024")
    public int batchSize;

    private TorchRandom random;
    private Dataset data;
    private Layer network;
    private CrossEntropyLoss loss;
    private Sgd sgd;
    private DataParallel parallel;
    private Sgd parallelSgd;

    /** Builds both models. */
    @Setup
    public void build() {
        Backend.setThreads(threads);
        random = TorchRandom.seeded(1);
        data = Names.bundled().split(42).train();
        network = newModel();
        loss = new CrossEntropyLoss();
        sgd = new Sgd(network.parameters());
        parallel = new DataParallel(SHARDS, this::newModel);
        parallelSgd = new Sgd(parallel.parameters());
    }

    private Layer newModel() {
        var lecture = LectureModel.named("mlp-bn").orElseThrow();
        var sizes = lecture.defaults().sizes();
        return lecture.build(
                new LectureModel.Sizes(sizes.blockSize(), sizes.embedding(), hidden),
                TorchRandom.seeded(lecture.defaults().seed()));
    }

    /** A step whose operations are shared among the threads; returns the loss of its batch. */
    @Benchmark
    public double operations() {
        var batch = data.batch(batchSize, random);
        double value = loss.forward(network.forward(batch.x()), batch.y());
        sgd.zeroGrad();
        network.backward(loss.backward());
        sgd.step(0.01);
        return value;
    }

    /** A step whose batch is cut into shards; returns the loss of its batch. */
    @Benchmark
    public double shards() {
        var batch = data.batch(batchSize, random);
        parallelSgd.zeroGrad();
        double value = parallel.forwardBackward(batch.x(), batch.y());
        parallelSgd.step(0.01);
        return value;
    }
}
