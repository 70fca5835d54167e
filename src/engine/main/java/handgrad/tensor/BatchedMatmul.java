package handgrad.tensor;

import static handgrad.tensor.Requirements.require;
import static handgrad.tensor.Requirements.requireAlike;
import static handgrad.tensor.Requirements.requireApart;
import static handgrad.tensor.Requirements.requireFloating;
import static handgrad.tensor.Requirements.requireSameType;

import handgrad.kernel.matmul.BatchedProduct;
import handgrad.kernel.route.Form;

/** Matrix products of batches (…, rows, columns): the dimensions before the last two broadcast. */
final class BatchedMatmul {
    private BatchedMatmul() {}

    /** The products as a fresh tensor. */
    static Tensor fresh(String operation, Form form, Tensor a, Tensor b) {
        requireSameType(operation, a, b);
        requireOperands(operation, form, a, b);
        int rank = Math.max(a.shape().rank(), b.shape().rank());
        int[] batch = new int[rank - 2];
        for (int d = 3; d <= rank; d++) {
            batch[rank - d] = together(size(a, d), size(b, d));
        }
        var shape = Shape.joined(operation, batch, rows(form, a), columns(form, b));
        var out = Tensor.zeros(a.dtype(), shape);
        multiply(form, a, b, out, false);
        return Tracing.tell(Op.BATCHED_MATMUL, arguments(form), out, a, b);
    }

    /** out = the products. */
    static void forward(String operation, Form form, Tensor a, Tensor b, Tensor out) {
        requireProduct(operation, form, a, b, "out", out);
        requireApart(operation, "out", out, "a", a);
        requireApart(operation, "out", out, "b", b);
        multiply(form, a, b, out, false);
        if (Tracing.isOn()) {
            Tracing.record(Op.BATCHED_MATMUL, arguments(form), out, a, b);
        }
    }

    /** Checks a backward pass: the operands and the gradient of the products, and the gradients of the operands. */
    static void requireBackward(String operation, Form form, Tensor a, Tensor b, Tensor dOut, Tensor dA, Tensor dB) {
        requireProduct(operation, form, a, b, "dOut", dOut);
        requireGradient(operation, "dA", dA, a, a, b, dOut);
        requireGradient(operation, "dB", dB, b, a, b, dOut);
        requireApart(operation, "dA", dA, "dB", dB);
    }

    private static void requireGradient(
            String operation, String name, Tensor gradient, Tensor operand, Tensor a, Tensor b, Tensor dOut) {
        requireAlike(operation, name, operand, gradient);
        requireApart(operation, name, gradient, "a", a);
        requireApart(operation, name, gradient, "b", b);
        requireApart(operation, name, gradient, "dOut", dOut);
    }

    private static double[] arguments(Form form) {
        return new double[] {form.transposesA() ? 1 : 0, form.transposesB() ? 1 : 0};
    }

    private static int rows(Form form, Tensor a) {
        return a.size(form.transposesA() ? -1 : -2);
    }

    private static int columns(Form form, Tensor b) {
        return b.size(form.transposesB() ? -2 : -1);
    }

    /** The size of the d-th dimension from the end; 1 where there is none. */
    private static int size(Tensor x, int d) {
        return d > x.shape().rank() ? 1 : x.size(-d);
    }

    /** The size that two sizes broadcast to. */
    private static int together(int a, int b) {
        return a == 1 ? b : a;
    }

    private static void requireOperands(String operation, Form form, Tensor a, Tensor b) {
        if (a.shape().rank() < 2 || b.shape().rank() < 2) {
            throw new IllegalArgumentException(
                    operation + ": wants matrices or batches of them, a " + a.shape() + ", b " + b.shape());
        }
        if (a.size(form.transposesA() ? -2 : -1) != b.size(form.transposesB() ? -1 : -2)) {
            var which = switch (form) {
                case NN -> "inner dimensions";
                case NT -> "last dimensions";
                case TN -> "dimensions before the last";
            };
            throw new IllegalArgumentException(
                    operation + ": " + which + " differ, a " + a.shape() + ", b " + b.shape());
        }
        for (int d = 3; d <= Math.min(a.shape().rank(), b.shape().rank()); d++) {
            int sizeA = a.size(-d);
            int sizeB = b.size(-d);
            if (sizeA != sizeB && sizeA != 1 && sizeB != 1) {
                throw new IllegalArgumentException(operation + ": batches do not broadcast, a " + a.shape() + ", b "
                        + b.shape() + ": dimension -" + d + " is " + sizeA + " and " + sizeB);
            }
        }
    }

    /** Checks the operands and the shape of their product, without an object for it. */
    private static void requireProduct(String operation, Form form, Tensor a, Tensor b, String name, Tensor product) {
        requireFloating(operation, a);
        require(operation, "b", b, a.dtype());
        require(operation, name, product, a.dtype());
        requireOperands(operation, form, a, b);
        int rank = Math.max(a.shape().rank(), b.shape().rank());
        boolean fits = product.shape().rank() == rank
                && product.size(-2) == rows(form, a)
                && product.size(-1) == columns(form, b);
        for (int d = 3; d <= rank && fits; d++) {
            fits = product.size(-d) == together(size(a, d), size(b, d));
        }
        if (!fits) {
            throw new IllegalArgumentException(operation + ": " + name + " " + product.shape()
                    + " is not the shape of the product of a " + a.shape() + " and b " + b.shape());
        }
    }

    /** out = op(a) · op(b), or out += op(a) · op(b) and the sum of those along dimensions that out does not have. */
    static void multiply(Form form, Tensor a, Tensor b, Tensor out, boolean accumulate) {
        int m = rows(form, a);
        int n = columns(form, b);
        int k = a.size(form.transposesA() ? -2 : -1);
        var batch = BatchedProduct.ofThread(form, m, n, k, accumulate);
        int rank = Math.max(
                Math.max(a.shape().rank(), b.shape().rank()), out.shape().rank());
        for (int d = 3; d <= rank; d++) {
            int size = together(together(size(a, d), size(b, d)), size(out, d));
            if (size != 1) {
                batch.addDimension(size, size(a, d) != 1, size(b, d) != 1, size(out, d) != 1);
            }
        }
        batch.multiply(a.elements(), b.elements(), out.elements());
    }
}
