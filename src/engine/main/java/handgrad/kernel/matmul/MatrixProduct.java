package handgrad.kernel.matmul;

import handgrad.kernel.route.Form;
import handgrad.kernel.route.Route;
import handgrad.kernel.route.RouteInUse;
import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.VectorSupport;

/**
 * Matrix products by the fastest implementation there is: OpenBLAS or the Java kernel, as {@link RouteInUse} says, and
 * plain loops where both are missing. The route never looks at the number of threads, so the bits of C do not depend on
 * it.
 */
public final class MatrixProduct {
    /** Multiply-adds in a block of rows for a thread, at least, by plain loops: about a millisecond. */
    private static final long BLOCK_WORK = 1L << 21;

    private MatrixProduct() {}

    /**
     * The product in float32. The Java kernels allocate nothing but the task of a product that is cut into blocks;
     * OpenBLAS allocates up to 336 bytes for its views of the arrays, where C2 does not remove them.
     */
    public static void multiply(Product product, float[] a, float[] b, float[] c) {
        // The class loads OpenBLAS, here first: programs in float64, such as gradient checks, do not wait for it.
        multiply(RouteInUse.ROUTE, product, a, b, c);
    }

    /**
     * The product in float32 within a block that threads share: by Java where it has vectors, because threads whose
     * calls of OpenBLAS take turns would wait for each other.
     */
    public static void multiplyInThread(Product product, float[] a, float[] b, float[] c) {
        multiply(VectorSupport.ENABLED ? Route.JAVA : RouteInUse.ROUTE, product, a, b, c);
    }

    /** The product in float64, by plain loops on one thread: float64 is for checking the fast kernels. */
    public static void multiply(Product product, double[] a, double[] b, double[] c) {
        ScalarMatmul.multiply(product, a, b, c);
    }

    /** The product in float32 by another route. */
    static void multiply(Route route, Product product, float[] a, float[] b, float[] c) {
        int m = product.m;
        int n = product.n;
        int k = product.k;
        // An empty matrix may have the leading dimension 0, which BLAS refuses.
        boolean empty = m == 0 || n == 0 || k == 0;
        if (!empty && route.openBlas(product.form, m, n, k)) {
            OpenBlasProduct.multiply(product, a, b, c);
        } else if (VectorSupport.ENABLED) {
            VectorMatmul.multiply(product, a, b, c);
        } else {
            multiplyByPlainLoops(product, a, b, c);
        }
    }

    /** C = op(A) op(B) by a route, for matrices that fill their arrays. */
    public static void multiply(Route route, Form form, int m, int n, int k, float[] a, float[] b, float[] c) {
        multiply(route, Product.ofThread(form, m, n, k), a, b, c);
    }

    private static void multiplyByPlainLoops(Product product, float[] a, float[] b, float[] c) {
        int m = product.m;
        int blockRows = Math.clamp(BLOCK_WORK / Math.max(1, (long) product.n * product.k), 1, Integer.MAX_VALUE);
        if (m <= blockRows) {
            ScalarMatmul.multiply(product, a, b, c);
            return;
        }
        Parallel.ranges(m, blockRows, (from, to) -> ScalarMatmul.multiplyRows(product, a, b, c, from, to));
    }
}
