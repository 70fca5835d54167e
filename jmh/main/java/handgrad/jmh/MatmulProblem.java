package handgrad.jmh;

import handgrad.kernel.matmul.Product;
import handgrad.kernel.route.Form;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A matrix product C = op(A) op(B) of one shape, m x k x n, and form: whether A and B are stored transposed (T) or not
 * (N), as in BLAS. The grid: the products of the lectures' models, forward and backward; squares, also of odd sizes;
 * products that are long in one dimension or short in one; and each form. Elements are drawn from the normal
 * distribution.
 */
@State(Scope.Thread)
public class MatmulProblem {
    /** A few shapes of each kind. */
    static final List<String> QUICK_SHAPES = List.of(
            "32x30x200 NN",
            "200x32x27 TN",
            "32x27x200 NT",
            "64x64x64 NN",
            "128x128x128 NN",
            "341x341x341 NN",
            "512x512x512 NN",
            "4096x16x64 NN");

    @Param({
        // mlp-bn, backprop: forward, dWeight, dX of both layers
        "32x30x200 NN",
        "32x200x27 NN",
        "30x32x200 TN",
        "200x32x27 TN",
        "32x200x30 NT",
        "32x27x200 NT",
        // deep
        "32x30x100 NN",
        "32x100x100 NN",
        "100x32x100 TN",
        "32x100x100 NT",
        // wavenet
        "128x48x128 NN",
        "64x256x128 NN",
        "32x256x128 NN",
        "48x128x128 TN",
        "256x64x128 TN",
        "64x128x256 NT",
        "128x128x48 NT",
        "32x128x27 NN",
        // mlp-bn with batch 1024 and 1024 hidden units
        "1024x30x1024 NN",
        "1024x1024x27 NN",
        "30x1024x1024 TN",
        "1024x1024x27 TN",
        "1024x1024x30 NT",
        "1024x27x1024 NT",
        // squares
        "8x8x8 NN",
        "16x16x16 NN",
        "24x24x24 NN",
        "32x32x32 NN",
        "48x48x48 NN",
        "64x64x64 NN",
        "96x96x96 NN",
        "100x100x100 NN",
        "128x128x128 NN",
        "192x192x192 NN",
        "200x200x200 NN",
        "256x256x256 NN",
        "341x341x341 NN",
        "384x384x384 NN",
        "512x512x512 NN",
        "640x640x640 NN",
        "768x768x768 NN",
        "1000x1000x1000 NN",
        "1024x1024x1024 NN",
        // transposed squares
        "64x64x64 TN",
        "64x64x64 NT",
        "128x128x128 TN",
        "128x128x128 NT",
        "512x512x512 TN",
        "512x512x512 NT",
        "1024x1024x1024 TN",
        "1024x1024x1024 NT",
        // one row or one column
        "1x256x256 NN",
        "1x1024x1024 NN",
        "256x256x1 NN",
        "1024x1024x1 NN",
        // long or short in one dimension
        "4096x16x64 NN",
        "4096x64x16 NN",
        "16x4096x64 NN",
        "16x64x4096 NN",
        "512x8x512 NN",
        "8x512x512 NN",
        "512x512x8 NN",
        "64x3001x64 TN"
    })
    public String shape;

    Form form;
    int m;
    int n;
    int k;
    int lda;
    int ldb;
    float[] a;
    float[] b;
    float[] c;

    /** Draws the matrices. */
    @Setup
    public void draw() {
        int[] sizes = sizes(shape);
        m = sizes[0];
        k = sizes[1];
        n = sizes[2];
        form = Form.valueOf(shape.substring(shape.length() - 2));
        lda = form.transposesA() ? m : k;
        ldb = form.transposesB() ? k : n;
        var random = new Random(1);
        a = normals(random, m * k);
        b = normals(random, k * n);
        c = new float[m * n];
    }

    /** The product for handgrad's kernels. */
    Product product() {
        return Product.ofThread(form, m, n, k);
    }

    private static int[] sizes(String shape) {
        var sizes = shape.substring(0, shape.indexOf(' ')).split("x", -1);
        return new int[] {Integer.parseInt(sizes[0]), Integer.parseInt(sizes[1]), Integer.parseInt(sizes[2])};
    }

    /** The operations of a shape: a multiplication and an addition for each of m · k · n. */
    static double flop(String shape) {
        int[] sizes = sizes(shape);
        return 2.0 * sizes[0] * sizes[1] * sizes[2];
    }

    /** Whether m, k and n are equal. */
    static boolean isSquare(String shape) {
        return Arrays.stream(sizes(shape)).distinct().count() == 1;
    }

    private static float[] normals(Random random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /**
     * Fails unless C holds the product, by float64 sums of a few hundred of its elements.
     *
     * @throws IllegalStateException if an element is off by more than rounding explains
     */
    void check() {
        int step = Math.max(1, m * n / 300);
        for (int at = 0; at < m * n; at += step) {
            int i = at / n;
            int j = at % n;
            double sum = 0;
            double magnitude = 0;
            for (int p = 0; p < k; p++) {
                double left = a[form.transposesA() ? p * lda + i : i * lda + p];
                double product = left * b[form.transposesB() ? j * ldb + p : p * ldb + j];
                sum += product;
                magnitude += Math.abs(product);
            }
            // k roundings of 2^-24 each, relative to the sum of magnitudes.
            if (!(Math.abs(c[at] - sum) <= (k + 2) * 0x1p-24 * magnitude)) {
                throw new IllegalStateException(
                        shape + ": element (" + i + ", " + j + ") is " + c[at] + ", it should be " + sum);
            }
        }
    }
}
