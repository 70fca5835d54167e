package handgrad.tensor;

import handgrad.kernel.matmul.MatrixProduct;

/** Matrix products of whole, contiguous tensors. */
final class MatrixForms {
    private MatrixForms() {}

    /** out = op(a) · op(b) + beta · out, where op(a) is (m, k), op(b) (k, n) and out (m, n). */
    static void multiply(
            Tensor a, boolean transposeA, Tensor b, boolean transposeB, int m, int n, int k, int beta, Tensor out) {
        int lda = Math.max(1, transposeA ? m : k);
        int ldb = Math.max(1, transposeB ? k : n);
        int ldc = Math.max(1, n);
        if (out.dtype() == DType.FLOAT32) {
            MatrixProduct.sgemm(
                    transposeA,
                    transposeB,
                    m,
                    n,
                    k,
                    1,
                    a.floats(),
                    0,
                    lda,
                    b.floats(),
                    0,
                    ldb,
                    beta,
                    out.floats(),
                    0,
                    ldc);
        } else {
            MatrixProduct.dgemm(
                    transposeA,
                    transposeB,
                    m,
                    n,
                    k,
                    1,
                    a.doubles(),
                    0,
                    lda,
                    b.doubles(),
                    0,
                    ldb,
                    beta,
                    out.doubles(),
                    0,
                    ldc);
        }
    }
}
