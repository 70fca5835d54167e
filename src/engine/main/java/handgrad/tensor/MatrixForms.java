package handgrad.tensor;

import handgrad.kernel.matmul.MatrixProduct;
import handgrad.kernel.matmul.Product;
import handgrad.kernel.route.Form;

/** Matrix products of whole, contiguous tensors. */
final class MatrixForms {
    private MatrixForms() {}

    /** out = op(a) · op(b), or out += op(a) · op(b), where op(a) is (m, k), op(b) (k, n) and out (m, n). */
    static void multiply(Form form, Tensor a, Tensor b, int m, int n, int k, boolean accumulate, Tensor out) {
        var product = Product.ofThread(form, m, n, k).accumulate(accumulate);
        if (out.dtype() == DType.FLOAT32) {
            MatrixProduct.multiply(product, a.floats(), b.floats(), out.floats());
        } else {
            MatrixProduct.multiply(product, a.doubles(), b.doubles(), out.doubles());
        }
    }
}
