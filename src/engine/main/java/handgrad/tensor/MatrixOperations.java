package handgrad.tensor;

import static handgrad.tensor.Requirements.requireSameType;

import handgrad.kernel.route.Form;

/** Matrix products that return a fresh tensor. */
final class MatrixOperations {
    private MatrixOperations() {}

    /** a · b: (…, k) times (k, n) is (…, n); of batches (…, m, k) and (…, k, n) it is (…, m, n). */
    static Tensor matmul(Tensor a, Tensor b) {
        if (b.shape().rank() > 2) {
            return BatchedMatmul.fresh("matmul", Form.NN, a, b);
        }
        requireMatrices("matmul", a, b, 1);
        requireEqual("matmul", "inner dimensions", a.size(-1), b.size(0), a, b);
        var out = Tensor.zeros(a.dtype(), a.shape().with("matmul", -1, b.size(1)));
        MatrixForms.multiply(Form.NN, a, b, rows(a), b.size(1), a.size(-1), false, out);
        return Tracing.tell(Op.MATMUL, out, a, b);
    }

    /** aᵀ · b: (m, k) and (m, n) give (k, n), as do those of batches. */
    static Tensor matmulTransposeA(Tensor a, Tensor b) {
        if (Math.max(a.shape().rank(), b.shape().rank()) > 2) {
            return BatchedMatmul.fresh("matmulTransposeA", Form.TN, a, b);
        }
        requireMatrices("matmulTransposeA", a, b, 2);
        requireEqual("matmulTransposeA", "first dimensions", a.size(0), b.size(0), a, b);
        var out = Tensor.zeros(a.dtype(), Shape.of("matmulTransposeA", a.size(1), b.size(1)));
        MatrixForms.multiply(Form.TN, a, b, a.size(1), b.size(1), a.size(0), false, out);
        return Tracing.tell(Op.MATMUL_TRANSPOSE_A, out, a, b);
    }

    /** a · bᵀ: (…, k) and (n, k) give (…, n); of batches (…, m, k) and (…, n, k) it is (…, m, n). */
    static Tensor matmulTransposeB(Tensor a, Tensor b) {
        if (b.shape().rank() > 2) {
            return BatchedMatmul.fresh("matmulTransposeB", Form.NT, a, b);
        }
        requireMatrices("matmulTransposeB", a, b, 1);
        requireEqual("matmulTransposeB", "last dimensions", a.size(-1), b.size(1), a, b);
        var out = Tensor.zeros(a.dtype(), a.shape().with("matmulTransposeB", -1, b.size(0)));
        MatrixForms.multiply(Form.NT, a, b, rows(a), b.size(0), a.size(-1), false, out);
        return Tracing.tell(Op.MATMUL_TRANSPOSE_B, out, a, b);
    }

    private static int rows(Tensor a) {
        return a.shape().outer(a.shape().rank() - 1);
    }

    private static void requireMatrices(String operation, Tensor a, Tensor b, int leastRank) {
        requireSameType(operation, a, b);
        boolean rankOfA = leastRank == 2 ? a.shape().rank() == 2 : a.shape().rank() >= 1;
        if (!rankOfA || b.shape().rank() != 2) {
            throw new IllegalArgumentException(operation + ": wants "
                    + (leastRank == 2 ? "two matrices" : "a of at least one dimension and a matrix b") + ", a "
                    + a.shape() + ", b " + b.shape());
        }
    }

    private static void requireEqual(String operation, String what, int sizeA, int sizeB, Tensor a, Tensor b) {
        if (sizeA != sizeB) {
            throw new IllegalArgumentException(
                    operation + ": " + what + " differ, a " + a.shape() + ", b " + b.shape());
        }
    }
}
