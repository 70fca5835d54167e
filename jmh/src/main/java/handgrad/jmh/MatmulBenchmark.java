package handgrad.jmh;

import handgrad.blas.OpenBlas;
import handgrad.kernel.MatrixProduct;
import handgrad.kernel.Parallel;
import handgrad.kernel.ScalarMatmul;
import handgrad.kernel.VectorMatmul;
import java.util.Random;
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
 * Where the Java kernel overtakes OpenBLAS: the figures behind the route of {@link MatrixProduct}, on one thread. The first
 * shapes are the products of the lectures' MLP, forward and backward. Read the medians, which other work on the machine
 * disturbs least.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 3,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class MatmulBenchmark {
    /** m x k x n, then whether A and B are transposed (T) or not (N), as in BLAS. */
    @Param({
        "32x30x200 NN", "32x200x27 NN", "30x32x200 TN", "200x32x27 TN", "32x200x30 NT", "32x27x200 NT",
        "16x16x16 NN", "32x32x32 NN", "64x64x64 NN", "128x128x128 NN", "256x256x256 NN", "512x512x512 NN",
        "1024x1024x1024 NN"
    })
    private String shape;

    @Param({"openblas", "vector", "scalar", "routed"})
    private String implementation;

    private boolean transposeA;
    private boolean transposeB;
    private int m;
    private int n;
    private int k;
    private float[] a;
    private float[] b;
    private float[] c;

    @Setup
    public void prepare() {
        Parallel.setThreads(1);
        String[] sizes = shape.substring(0, shape.indexOf(' ')).split("x", -1);
        m = Integer.parseInt(sizes[0]);
        k = Integer.parseInt(sizes[1]);
        n = Integer.parseInt(sizes[2]);
        transposeA = shape.endsWith("TN");
        transposeB = shape.endsWith("NT");
        var random = new Random(1);
        a = normals(random, m * k);
        b = normals(random, k * n);
        c = new float[m * n];
    }

    @Benchmark
    public float[] sgemm() {
        int lda = transposeA ? m : k;
        int ldb = transposeB ? k : n;
        switch (implementation) {
            case "openblas" -> OpenBlas.sgemm(transposeA, transposeB, m, n, k, 1f, a, 0, lda, b, 0, ldb, 0f, c, 0, n);
            case "vector" -> VectorMatmul.sgemm(transposeA, transposeB, m, n, k, 1f, a, 0, lda, b, 0, ldb, 0f, c, 0, n);
            case "scalar" -> ScalarMatmul.sgemm(transposeA, transposeB, m, n, k, 1f, a, 0, lda, b, 0, ldb, 0f, c, 0, n);
            case "routed" ->
                MatrixProduct.sgemm(transposeA, transposeB, m, n, k, 1f, a, 0, lda, b, 0, ldb, 0f, c, 0, n);
            default -> throw new IllegalArgumentException("unknown implementation " + implementation);
        }
        return c;
    }

    private static float[] normals(Random random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
