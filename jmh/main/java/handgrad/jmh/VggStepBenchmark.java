package handgrad.jmh;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Question: how long does one training step of the network in the style of VGG take, without and with batch
 * normalisation?
 *
 * <p>Method: batches in turn, forward, backward and update; the benchmark of libtorch in jmh/peers does the same from
 * the same weights.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
        value = 3,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class VggStepBenchmark {
    private VggProblem problem;
    private VggProblem.Step step;
    private int at;

    /** Builds the model. */
    @Setup
    public void build(VggProblem problem) {
        this.problem = problem;
        step = problem.step();
    }

    /** One step; returns the loss of its batch. */
    @Benchmark
    public double step() {
        var batches = problem.batches();
        return step.run(batches.get(at++ % batches.size()));
    }
}
