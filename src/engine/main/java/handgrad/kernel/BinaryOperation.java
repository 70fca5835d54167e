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
    DIVIDE((a, b) -> a / b);

    @SuppressWarnings("ImmutableEnumChecker") // lambdas without state
    final DoubleBinaryOperator function;

    BinaryOperation(DoubleBinaryOperator function) {
        this.function = function;
    }
}
