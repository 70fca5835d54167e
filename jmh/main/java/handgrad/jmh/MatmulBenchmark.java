package handgrad.jmh;

import handgrad.blas.OpenBlas;
import handgrad.kernel.matmul.MatrixProduct;
import handgrad.kernel.matmul.VectorMatmul;
import handgrad.kernel.runtime.Parallel;
import java.util.concurrent.TimeUnit;
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

/**
 * Question: at which shapes does the Java kernel keep up with OpenBLAS, and does {@link MatrixProduct} choose the right
 * one?
 *
 * <p>Method: one thread; the same arrays for each implementation; the result is checked after each iteration.
 *
 * <p>What to expect: below some size the call of native code and OpenBLAS's own preparation cost more than its better
 * kernel saves; shapes with a short side cross over elsewhere than squares.
 *
 * <p>What it taught: the crossover depends on the machine and on the form, so the route is chosen by measuring; the
 * findings name it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 5,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class MatmulBenchmark {
    private MatmulProblem p;

    /** Takes the matrices; JMH hands a fresh copy to each method that asks for them. */
    @Setup
    public void prepare(MatmulProblem problem) {
        Parallel.setThreads(1);
        p = problem;
    }

    /** Compares the product with float64. */
    @TearDown(Level.Iteration)
    public void check() {
        p.check();
    }

    /** handgrad's own choice. */
    @Benchmark
    public float[] routed() {
        MatrixProduct.multiply(p.product(), p.a, p.b, p.c);
        return p.c;
    }

    /** The Java kernel alone. */
    @Benchmark
    public float[] java() {
        VectorMatmul.multiply(p.product(), p.a, p.b, p.c);
        return p.c;
    }

    /** OpenBLAS alone, in one call. */
    @Benchmark
    public float[] openblas() {
        boolean transposeA = p.form.transposesA();
        boolean transposeB = p.form.transposesB();
        OpenBlas.sgemm(transposeA, transposeB, p.m, p.n, p.k, 1, p.a, 0, p.lda, p.b, 0, p.ldb, 0, p.c, 0, p.n);
        return p.c;
    }
}
