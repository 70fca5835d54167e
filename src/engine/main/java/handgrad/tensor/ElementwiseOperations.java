package handgrad.tensor;

import static handgrad.tensor.Requirements.requireFloating;
import static handgrad.tensor.Requirements.requireSameType;

import handgrad.kernel.BinaryOperation;
import handgrad.kernel.Elementwise;
import handgrad.kernel.UnaryOperation;

/** Elementwise operations that return a fresh tensor, or change one in place. */
final class ElementwiseOperations {
    private ElementwiseOperations() {}

    static Tensor binary(Op op, BinaryOperation operation, Tensor a, Tensor b) {
        requireSameType(op.toString(), a, b);
        var out = Tensor.zeros(a.dtype(), Shape.broadcast(op.toString(), a.shape(), b.shape()));
        Broadcast.apply(operation, a, b, out);
        return Tracing.tell(op, out, a, b);
    }

    static Tensor binary(Op op, BinaryOperation operation, Tensor a, double b) {
        requireFloating(op.toString(), a);
        var out = Tensor.zeros(a.dtype(), a.shape());
        if (a.dtype() == DType.FLOAT32 && isOutsideOfFloat32(b)) {
            Elementwise.binary(
                    operation, a.elements(), b, out.elements(), a.shape().elements());
        } else {
            Broadcast.apply(operation, a, Tensor.zeros(a.dtype(), Shape.SCALAR).fill(b), out);
        }
        return Tracing.tell(op, new double[] {b}, out, a);
    }

    /** Whether a finite number other than 0 is no normal number of FLOAT32. */
    private static boolean isOutsideOfFloat32(double number) {
        float magnitude = (float) Math.abs(number);
        return number != 0
                && Double.isFinite(number)
                && !(magnitude >= Float.MIN_NORMAL && magnitude <= Float.MAX_VALUE);
    }

    static Tensor clamp(Tensor x, double min, double max) {
        requireFloating("clamp", x);
        if (!(min <= max)) {
            throw new IllegalArgumentException("clamp: min must be at most max, min is " + min + ", max " + max);
        }
        var out = Tensor.zeros(x.dtype(), x.shape());
        Elementwise.clamp(x.elements(), min, max, out.elements(), x.shape().elements());
        return Tracing.tell(Op.CLAMP, new double[] {min, max}, out, x);
    }

    static Tensor addInPlace(Tensor a, Tensor b) {
        requireSameType("addInPlace", a, b);
        if (!Shape.broadcast("addInPlace", a.shape(), b.shape()).equals(a.shape())) {
            throw new IllegalArgumentException(
                    "addInPlace: b does not broadcast to this tensor's shape, this " + a.shape() + ", b " + b.shape());
        }
        Broadcast.apply(BinaryOperation.ADD, a, b, a);
        return Tracing.tell(Op.ADD_IN_PLACE, a, a, b);
    }

    static Tensor unary(Op op, UnaryOperation operation, Tensor x, double... arguments) {
        requireFloating(op.toString(), x);
        var out = Tensor.zeros(x.dtype(), x.shape());
        Elementwise.unary(operation, x.elements(), out.elements(), x.shape().elements());
        return Tracing.tell(op, arguments, out, x);
    }

    /** The usual exponents have loops of their own, which are faster and round once. */
    static Tensor pow(Tensor x, double exponent) {
        if (exponent == 2) {
            return unary(Op.POW, UnaryOperation.SQUARE, x, exponent);
        }
        if (exponent == -1) {
            return unary(Op.POW, UnaryOperation.RECIPROCAL, x, exponent);
        }
        if (exponent == 0.5) {
            return x.sqrt();
        }
        requireFloating("pow", x);
        var out = Tensor.zeros(x.dtype(), x.shape());
        Elementwise.power(x.elements(), exponent, out.elements(), x.shape().elements());
        return Tracing.tell(Op.POW, new double[] {exponent}, out, x);
    }
}
