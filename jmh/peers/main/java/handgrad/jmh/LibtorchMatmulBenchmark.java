package handgrad.jmh;

import handgrad.jmh.peer.Libtorch;
import java.util.concurrent.TimeUnit;
import org.bytedeco.openblas.global.openblas_full;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The same products as {@link MatmulBenchmark} by libtorch, into a tensor that is there, without gradients. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 5,
        jvmArgsAppend = {
            "--add-modules=jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            Programs.BUNDLED_LIBRARIES
        })
public class LibtorchMatmulBenchmark {
    private MatmulProblem p;
    private Tensor a;
    private Tensor b;
    private Tensor c;
    private NoGradGuard noGradients;

    /** Copies the matrices; a transposed one is a view, as in PyTorch. */
    @Setup
    public void copy(MatmulProblem problem) {
        p = problem;
        Libtorch.load(1);
        openblas_full.openblas_set_num_threads(1);
        noGradients = new NoGradGuard();
        a = matrix(p.a, p.m, p.k, p.form.transposesA());
        b = matrix(p.b, p.k, p.n, p.form.transposesB());
        c = torch.zeros(p.m, p.n);
    }

    private static Tensor matrix(float[] values, int rows, int columns, boolean transposed) {
        var flat = torch.tensor(values);
        return transposed ? flat.view(columns, rows).t() : flat.view(rows, columns);
    }

    /** Compares the product with float64. */
    @TearDown(Level.Iteration)
    public void check() {
        c.data_ptr_float().get(p.c);
        p.check();
    }

    /** Ends what the set-up began. */
    @TearDown
    public void close() {
        noGradients.close();
    }

    /** out = a b. */
    @Benchmark
    public Tensor libtorch() {
        return torch.mm_out(c, a, b);
    }
}
