package handgrad.jmh;

import handgrad.kernel.BinaryLoop;
import handgrad.kernel.BinaryOperation;
import handgrad.kernel.matmul.MatrixProduct;
import handgrad.kernel.runtime.Parallel;
import handgrad.models.LectureModel;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Question: what do more threads gain?
 *
 * <p>Method: the time to hand out 64 empty blocks, a sum of two arrays of 64 MB in 64 blocks, a matrix product of 1024
 * x 1024 x 1024, and a training step of {@code mlp-bn} with batches of 1024 and 1024 hidden units, each with 1 thread
 * up to one for each processor.
 *
 * <p>What to expect: the product scales with the cores, unless a lower clock or the other thread of the same core takes
 * some of it; the sum only until the memory is busy; the empty blocks get dearer, because threads have to be woken.
 *
 * <p>What it taught: the findings give the factor of each; results have the same bits at any number of threads.
 */
@State(Scope.Thread)
public class ThreadBenchmark {
    private static final int BLOCKS = 64;

    /** How many threads compute. */
    @Param({"1", "2"})
    public int threads;

    /** Sets the number of threads. */
    @Setup
    public void start() {
        Parallel.setThreads(threads);
    }

    /** Empty blocks. */
    @Benchmark
    public void dispatch() {
        Parallel.blocks(BLOCKS, _ -> {});
    }

    /** Arrays in memory. */
    @State(Scope.Thread)
    public static class Arrays {
        private static final int N = 16 << 20;

        private final float[] a = RandomOperands.normals(1, N);
        private final float[] b = RandomOperands.normals(2, N);
        private final float[] out = new float[N];

        /** Compares the result with float64. */
        @TearDown
        public void check() {
            ResultCheck.require("memory", i -> out[i], i -> (double) a[i] + b[i], N, 1e-5);
        }
    }

    /** out = a + b, block by block. */
    @Benchmark
    public float[] memory(Arrays arrays) {
        int size = Arrays.N / BLOCKS;
        var sum = new BinaryLoop(BinaryOperation.ADD, arrays.a, arrays.b, arrays.out);
        Parallel.blocks(BLOCKS, block -> {
            int at = block * size;
            sum.run(at, true, at, true, at, size);
        });
        return arrays.out;
    }

    /** c = a b as handgrad routes it. */
    @Benchmark
    public float[] product(Product product) {
        var p = product.matrices;
        MatrixProduct.multiply(p.product(), p.a, p.b, p.c);
        return p.c;
    }

    /** Square matrices. */
    @State(Scope.Thread)
    public static class Product {
        private final MatmulProblem matrices = new MatmulProblem();

        /** Draws them. */
        @Setup
        public void draw() {
            matrices.shape = "1024x1024x1024 NN";
            matrices.draw();
        }

        /** Compares some elements with float64. */
        @TearDown
        public void check() {
            matrices.check();
        }
    }

    /** A large training step. */
    @State(Scope.Thread)
    public static class Training {
        private final TrainingStepBenchmark training = new TrainingStepBenchmark();

        /** Builds the model, on the threads of the benchmark. */
        @Setup
        public void build(ThreadBenchmark benchmark) {
            training.model = LectureModel.MLP_BN.title();
            training.batchSize = 1024;
            training.hidden = 1024;
            training.threads = benchmark.threads;
            training.build();
        }

        /** Fails if it did not learn. */
        @TearDown
        public void check() {
            training.check();
        }
    }

    /** One step. */
    @Benchmark
    public double step(Training training) {
        return training.training.step();
    }
}
