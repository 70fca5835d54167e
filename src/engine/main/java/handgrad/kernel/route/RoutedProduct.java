package handgrad.kernel.route;

/** A matrix product by a given route, to measure one against another: the kernels are above this package. */
@FunctionalInterface
public interface RoutedProduct {
    /** C = op(A) op(B), for matrices that fill their arrays: op(A) is (m, k), op(B) is (k, n), C is (m, n). */
    void multiply(Route route, Form form, int m, int n, int k, float[] a, float[] b, float[] c);
}
