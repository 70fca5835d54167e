package handgrad.jmh;

import handgrad.kernel.matmul.Product;
import handgrad.kernel.route.Form;
import handgrad.kernel.runtime.Parallel;
import java.util.Arrays;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What the kernels of {@link KernelBenchmark} compute with. */
@State(Scope.Thread)
public class KernelOperands {
    /** The symbols of the lectures' alphabet, and so the logits of a row. */
    static final int CLASSES = 27;

    /** The numbers that stand for a symbol in the lectures' embedding. */
    static final int COLUMNS = 10;

    /** Shapes: x is (rows, features), a matrix product (rows, inputs) (inputs, features). */
    public enum Size {
        /** The hidden layer of the lectures' perceptron. */
        LECTURE(32, 30, 200),
        /** 64 MB; the matrix product writes them. */
        LARGE(16_384, 128, 1024);

        final int rows;
        final int inputs;
        final int features;

        Size(int rows, int inputs, int features) {
            this.rows = rows;
            this.inputs = inputs;
            this.features = features;
        }
    }

    /** Which shapes. */
    @Param({"LECTURE", "LARGE"})
    public Size size = Size.LECTURE;

    int rows;
    int features;
    int n;
    float[] a = {};
    float[] b = {};
    float[] c = {};
    float[] d = {};
    float[] gain = {};
    float[] mean = {};
    float[] variance = {};
    float[] inverse = {};
    int[] indices = {};

    /** The matrix product a b. */
    Product product() {
        return Product.ofThread(Form.NN, rows, features, size.inputs);
    }

    /** Draws the operands and, at the small size, compares every result with float64. */
    @Setup
    public void draw() {
        Parallel.setThreads(1);
        FunctionWarmup.run();
        rows = size.rows;
        features = size.features;
        n = rows * features;
        a = RandomOperands.normals(1, n);
        b = RandomOperands.normals(2, n);
        c = RandomOperands.normals(3, n);
        d = new float[n];
        gain = RandomOperands.normals(4, features);
        mean = new float[features];
        variance = new float[features];
        inverse = new float[features];
        indices = new int[n / COLUMNS];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = i % CLASSES;
        }
        if (size == Size.LECTURE) {
            new KernelCheck(this).run();
        }
        Arrays.fill(inverse, 1);
    }
}
