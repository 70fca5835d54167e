package handgrad.kernel;

import java.util.function.DoubleUnaryOperator;

/** An elementwise function of one argument, with its float64 form, which is also the reference for the float32 kernels. */
public enum UnaryOperation {
    /** -x. */
    NEGATE(x -> -x),
    /** |x|. */
    ABSOLUTE(Math::abs),
    /** x². */
    SQUARE(x -> x * x),
    /** 1/x. */
    RECIPROCAL(x -> 1 / x),
    /** √x. */
    SQUARE_ROOT(Math::sqrt),
    /** max(x, 0); NaN stays NaN. */
    RELU(x -> Math.max(x, 0)),
    /** eˣ. */
    EXP(Math::exp),
    /** ln x. */
    LOG(Math::log),
    /** tanh x. */
    TANH(Math::tanh),
    /** 1 / (1 + e⁻ˣ). */
    SIGMOID(x -> 1 / (1 + Math.exp(-x)));

    @SuppressWarnings("ImmutableEnumChecker") // lambdas without state
    final DoubleUnaryOperator function;

    UnaryOperation(DoubleUnaryOperator function) {
        this.function = function;
    }
}
