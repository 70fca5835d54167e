package handgrad.kernel;

import java.util.function.DoubleBinaryOperator;

/** An elementwise function of two arguments, with its float64 form. */
public enum BinaryOperation {
    /** a + b. */
    ADD((a, b) -> a + b),
    /** a - b. */
    SUBTRACT((a, b) -> a - b),
    /** a · b. */
    MULTIPLY((a, b) -> a * b),
    /** a / b. */
    DIVIDE((a, b) -> a / b),
    /** b - a. */
    SUBTRACT_FROM((a, b) -> b - a),
    /** The larger of the two, 0 before -0; NaN where one is NaN. */
    MAXIMUM(Math::max),
    /** The smaller of the two, -0 before 0; NaN where one is NaN. */
    MINIMUM(Math::min);

    @SuppressWarnings("ImmutableEnumChecker") // lambdas without state
    final DoubleBinaryOperator function;

    /** The function of an array and a number, in float32 rounded once from float64. */
    @SuppressWarnings("ImmutableEnumChecker") // lambdas without state
    final ElementwiseLoop withNumber;

    BinaryOperation(DoubleBinaryOperator function) {
        this.function = function;
        withNumber = ElementwiseLoop.of(
                (x, _, out, number, _, from, to) -> {
                    for (int i = from; i < to; i++) {
                        out[i] = (float) function.applyAsDouble(x[i], number);
                    }
                },
                (x, _, number, _) -> function.applyAsDouble(x, number));
    }
}
