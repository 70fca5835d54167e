package handgrad.jmh;

import com.sun.management.ThreadMXBean;
import handgrad.data.Dataset;
import handgrad.data.Names;
import handgrad.models.LectureModel;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Layer;
import handgrad.optim.Sgd;
import handgrad.random.TorchRandom;
import handgrad.tensor.Backend;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Question: how long does one training step of each lecture model take, from drawing the batch to the update of the
 * weights?
 *
 * <p>Method: five forks, because the addresses of the arrays, and with them the speed, differ between processes. What a
 * step allocates is counted by its thread from the first step of an iteration to the last, so that nothing of JMH is in
 * it.
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
    /** The name of the model. */
    @Param({
        "mlp-bn",
        "mlp",
        "mlp-softmax",
        "mlp-tanh",
        "mlp-kaiming",
        "deep",
        "deep-no-bn",
        "backprop",
        "wavenet-flat-3",
        "wavenet-flat-8",
        "wavenet-small-bug",
        "wavenet-small",
        "wavenet"
    })
    public String model;

    /** The rows of a batch. */
    @Param("32")
    public int batchSize;

    /** The units of a hidden layer; 0 for as many as the lecture has. */
    @Param("0")
    public int hidden;

    /** How many threads compute. */
    @Param("1")
    public int threads;

    /** Steps whose mean loss is looked at before and after. */
    private static final int LOSSES = 20;

    private TorchRandom random;
    private Dataset data;
    private Layer network;
    private CrossEntropyLoss loss;
    private Sgd sgd;
    private double first;

    /** Builds the model. */
    @Setup
    public void build() {
        Backend.setThreads(threads);
        var lecture = LectureModel.named(model).orElseThrow();
        var defaults = lecture.defaults();
        var sizes = defaults.sizes();
        random = TorchRandom.seeded(defaults.seed());
        data = Names.bundled().split(42, sizes.blockSize()).train();
        int units = hidden == 0 ? sizes.hidden() : hidden;
        network = lecture.build(new LectureModel.Sizes(sizes.blockSize(), sizes.embedding(), units), random);
        loss = new CrossEntropyLoss();
        sgd = new Sgd(network.parameters());
        first = meanLoss();
    }

    /** The bytes that a step allocated, on average over an iteration. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Allocation {
        private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

        private long before;
        private long bytes;
        private long steps;

        /** Forgets the iteration before. */
        @Setup(Level.Iteration)
        public void begin() {
            bytes = 0;
            steps = 0;
            before = THREADS.getCurrentThreadAllocatedBytes();
        }

        /** Counts what was allocated since then. */
        @TearDown(Level.Iteration)
        public void end() {
            bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
        }

        /** What JMH reports. */
        public double bytesAStep() {
            return steps == 0 ? Double.NaN : (double) bytes / steps;
        }
    }

    /** Fails if the training got worse: then it is something else that was timed. */
    @TearDown
    public void check() {
        double last = meanLoss();
        if (!(last < first + 0.1)) {
            throw new StudyException("%s: the loss rose from %.4f to %.4f".formatted(model, first, last));
        }
    }

    private double meanLoss() {
        return IntStream.range(0, LOSSES).mapToDouble(_ -> step()).average().orElseThrow();
    }

    /** One step; returns the loss of its batch. */
    @Benchmark
    public double step(Allocation allocation) {
        allocation.steps++;
        return step();
    }

    double step() {
        var batch = data.batch(batchSize, random);
        double value = loss.forward(network.forward(batch.x()), batch.y());
        sgd.zeroGrad();
        network.backward(loss.backward());
        sgd.step(0.01);
        return value;
    }
}
