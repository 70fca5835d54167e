package handgrad.kernel.matmul;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Products of many small matrices at once, one for each group. Feature f of group g stands at f · groups + g, so the
 * groups are the lanes of every inner loop, however small the matrices are.
 *
 * <p>Each element is a sum in the order of the features or rows, by itself: how many groups there are beside it changes
 * no bit. Multiplication and addition round apart.
 */
public final class GroupedProduct {
    private GroupedProduct() {}

    /** out = x · weight + bias in each group; the bias may be null. */
    public static void forward(
            float[] x,
            float[] weight,
            float @Nullable [] bias,
            int rows,
            int fanIn,
            int fanOut,
            int groups,
            float[] out) {
        int columns = fanOut * groups;
        for (int row = 0; row < rows; row++) {
            if (bias == null) {
                Arrays.fill(out, row * columns, (row + 1) * columns, 0);
            } else {
                System.arraycopy(bias, 0, out, row * columns, columns);
            }
            for (int i = 0; i < fanIn; i++) {
                int input = (row * fanIn + i) * groups;
                for (int o = 0; o < fanOut; o++) {
                    int product = o * groups;
                    addProduct(x, input, weight, i * columns + product, out, row * columns + product, groups);
                }
            }
        }
    }

    /** As the float32 form, in float64. */
    public static void forward(
            double[] x,
            double[] weight,
            double @Nullable [] bias,
            int rows,
            int fanIn,
            int fanOut,
            int groups,
            double[] out) {
        int columns = fanOut * groups;
        for (int row = 0; row < rows; row++) {
            if (bias == null) {
                Arrays.fill(out, row * columns, (row + 1) * columns, 0);
            } else {
                System.arraycopy(bias, 0, out, row * columns, columns);
            }
            for (int i = 0; i < fanIn; i++) {
                int input = (row * fanIn + i) * groups;
                for (int o = 0; o < fanOut; o++) {
                    int product = o * groups;
                    addProduct(x, input, weight, i * columns + product, out, row * columns + product, groups);
                }
            }
        }
    }

    /** dWeight += xᵀ · dOut in each group. */
    public static void backwardWeight(
            float[] x, float[] dOut, int rows, int fanIn, int fanOut, int groups, float[] dWeight) {
        int columns = fanOut * groups;
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < fanIn; i++) {
                int input = (row * fanIn + i) * groups;
                for (int o = 0; o < fanOut; o++) {
                    int product = o * groups;
                    addProduct(x, input, dOut, row * columns + product, dWeight, i * columns + product, groups);
                }
            }
        }
    }

    /** As the float32 form, in float64. */
    public static void backwardWeight(
            double[] x, double[] dOut, int rows, int fanIn, int fanOut, int groups, double[] dWeight) {
        int columns = fanOut * groups;
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < fanIn; i++) {
                int input = (row * fanIn + i) * groups;
                for (int o = 0; o < fanOut; o++) {
                    int product = o * groups;
                    addProduct(x, input, dOut, row * columns + product, dWeight, i * columns + product, groups);
                }
            }
        }
    }

    /** dX = dOut · weightᵀ in each group. */
    public static void backwardInput(
            float[] dOut, float[] weight, int rows, int fanIn, int fanOut, int groups, float[] dX) {
        int columns = fanOut * groups;
        Arrays.fill(dX, 0, rows * fanIn * groups, 0);
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < fanIn; i++) {
                int input = (row * fanIn + i) * groups;
                for (int o = 0; o < fanOut; o++) {
                    int product = o * groups;
                    addProduct(dOut, row * columns + product, weight, i * columns + product, dX, input, groups);
                }
            }
        }
    }

    /** As the float32 form, in float64. */
    public static void backwardInput(
            double[] dOut, double[] weight, int rows, int fanIn, int fanOut, int groups, double[] dX) {
        int columns = fanOut * groups;
        Arrays.fill(dX, 0, rows * fanIn * groups, 0);
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < fanIn; i++) {
                int input = (row * fanIn + i) * groups;
                for (int o = 0; o < fanOut; o++) {
                    int product = o * groups;
                    addProduct(dOut, row * columns + product, weight, i * columns + product, dX, input, groups);
                }
            }
        }
    }

    private static void addProduct(float[] a, int aOffset, float[] b, int bOffset, float[] out, int outOffset, int n) {
        for (int i = 0; i < n; i++) {
            out[outOffset + i] += a[aOffset + i] * b[bOffset + i];
        }
    }

    private static void addProduct(
            double[] a, int aOffset, double[] b, int bOffset, double[] out, int outOffset, int n) {
        for (int i = 0; i < n; i++) {
            out[outOffset + i] += a[aOffset + i] * b[bOffset + i];
        }
    }
}
