package handgrad.jmh;

import handgrad.kernel.Activation;
import handgrad.kernel.BinaryLoop;
import handgrad.kernel.BinaryOperation;
import handgrad.kernel.Elementwise;
import handgrad.kernel.Reduction;
import handgrad.kernel.UnaryOperation;
import handgrad.kernel.Update;
import handgrad.kernel.runtime.Parallel;
import java.util.Arrays;
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
 * Question: are the loops as fast as memory allows, where the arrays do not fit into a cache?
 *
 * <p>Method: arrays of 64 MB, one thread; bytes are those of each array read plus those of each array written. The
 * measure is the JDK's own copy of an array in the same run.
 *
 * <p>What to expect: a loop that reads more than it writes gets more than a copy, because each line that is written is
 * read from memory first and a copy does that for half of its bytes.
 *
 * <p>What it taught: the findings name the loop that is farthest from the copy, which is where to look next.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 5,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-Xmx2g"})
public class MemoryBenchmark {
    private static final int ROWS = 16_384;
    private static final int COLUMNS = 1024;
    private static final int N = ROWS * COLUMNS;

    private final float[] a = new float[N];
    private final float[] b = new float[N];
    private final float[] out = new float[N];
    private final float[] sums = new float[ROWS];

    /** Fills the arrays, so that they have memory of their own, and checks each loop at some of its elements. */
    @Setup
    public void fill() {
        Parallel.setThreads(1);
        Arrays.fill(a, 0.5f);
        Arrays.fill(b, 0.25f);
        Arrays.fill(out, 1);
        check("sum", new float[] {(float) sum()}, 0.5 * N);
        check("rowSums", rowSums(), 0.5 * COLUMNS);
        check("columnSums", Arrays.copyOf(columnSums(), COLUMNS), 0.5 * ROWS);
        check("addScaled", addScaled(), 1 + 1e-9f * 0.5);
        check("copy", copy(), 0.5);
        check("addNumber", addNumber(), 0.5 + sums[0]);
        check("relu", relu(), 0.5);
        check("exp", exp(), Math.exp(0.5));
        check("add", add(), 0.75);
        check("multiply", multiply(), 0.125);
        check("tanhBackward", tanhBackward(), 0.75 * 0.25);
    }

    private static void check(String method, float[] actual, double expected) {
        for (int i = 0; i < actual.length; i += Math.max(1, actual.length / 1000)) {
            ResultCheck.require(method + ", element " + i, actual[i], expected, 1e-6 * expected);
        }
    }

    /** The bytes that a method reads and writes. */
    static double bytes(String method) {
        int arrays = switch (method) {
            case "sum", "rowSums", "columnSums" -> 1;
            case "copy", "addNumber", "relu", "exp" -> 2;
            case "add", "multiply", "addScaled", "tanhBackward" -> 3;
            default -> throw new IllegalArgumentException("unknown method " + method);
        };
        return (double) arrays * N * Float.BYTES;
    }

    /** out = a by the JDK. */
    @Benchmark
    public float[] copy() {
        System.arraycopy(a, 0, out, 0, N);
        return out;
    }

    /** out = a + 1. */
    @Benchmark
    public float[] addNumber() {
        new BinaryLoop(BinaryOperation.ADD, a, sums, out).run(0, true, 0, false, 0, N);
        return out;
    }

    /** out = max(a, 0). */
    @Benchmark
    public float[] relu() {
        Elementwise.unary(UnaryOperation.RELU, a, out, N);
        return out;
    }

    /** out = exp(a). */
    @Benchmark
    public float[] exp() {
        Elementwise.unary(UnaryOperation.EXP, a, out, N);
        return out;
    }

    /** out = a + b. */
    @Benchmark
    public float[] add() {
        Elementwise.binary(BinaryOperation.ADD, a, b, out, N);
        return out;
    }

    /** out = a ∘ b. */
    @Benchmark
    public float[] multiply() {
        Elementwise.binary(BinaryOperation.MULTIPLY, a, b, out, N);
        return out;
    }

    /** out += 0.5 a, the update of SGD: one array read, another read and written. */
    @Benchmark
    public float[] addScaled() {
        Update.addScaled(out, 1e-9f, a, N);
        return out;
    }

    /** out = (1 - a²) ∘ b. */
    @Benchmark
    public float[] tanhBackward() {
        Activation.tanhBackward(a, b, out, N);
        return out;
    }

    /** The sum of all. */
    @Benchmark
    public double sum() {
        return Reduction.sum(a, 0, N);
    }

    /** The sum of each row of 1024. */
    @Benchmark
    public float[] rowSums() {
        Reduction.sum(a, ROWS, COLUMNS, 1, sums);
        return sums;
    }

    /** The sum of each column of 16,384. */
    @Benchmark
    public float[] columnSums() {
        Reduction.sum(a, 1, ROWS, COLUMNS, sums);
        return sums;
    }
}
