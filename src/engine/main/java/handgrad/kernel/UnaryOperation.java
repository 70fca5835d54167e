package handgrad.kernel;

import java.util.function.DoubleUnaryOperator;

/** An elementwise function of one argument, with its float64 form, which is also the reference for the float32 loop. */
public enum UnaryOperation {
    /** -x. */
    NEGATE(x -> -x, (x, out, from, to) -> {
        for (int i = from; i < to; i++) {
            out[i] = -x[i];
        }
    }),
    /** |x|. */
    ABSOLUTE(Math::abs, (x, out, from, to) -> {
        for (int i = from; i < to; i++) {
            out[i] = Math.abs(x[i]);
        }
    }),
    /** x². */
    SQUARE(x -> x * x, (x, out, from, to) -> {
        for (int i = from; i < to; i++) {
            out[i] = x[i] * x[i];
        }
    }),
    /** 1/x. */
    RECIPROCAL(x -> 1 / x, (x, out, from, to) -> {
        for (int i = from; i < to; i++) {
            out[i] = 1 / x[i];
        }
    }),
    /** √x. */
    SQUARE_ROOT(Math::sqrt, (x, out, from, to) -> {
        for (int i = from; i < to; i++) {
            out[i] = (float) Math.sqrt(x[i]);
        }
    }),
    /** max(x, 0); NaN stays NaN. */
    RELU(x -> Math.max(x, 0), Rectifier::relu),
    /** eˣ. */
    EXP(StrictMath::exp, Elementwise::exp),
    /** ln x. */
    LOG(StrictMath::log, Elementwise::log),
    /** tanh x. */
    TANH(StrictMath::tanh, Elementwise::tanh),
    /** 1 / (1 + e⁻ˣ). */
    SIGMOID(UnaryOperation::sigmoid, Elementwise::sigmoid);

    @FunctionalInterface
    private interface Range {
        void run(float[] x, float[] out, int from, int to);
    }

    @SuppressWarnings("ImmutableEnumChecker") // lambdas without state
    final DoubleUnaryOperator function;

    @SuppressWarnings("ImmutableEnumChecker") // lambdas without state
    final ElementwiseLoop loop;

    UnaryOperation(DoubleUnaryOperator function, Range float32) {
        this.function = function;
        loop = new ElementwiseLoop(
                (x, _, out, _, _, from, to) -> float32.run(x, out, from, to), (x, _, out, _, _, from, to) -> {
                    for (int i = from; i < to; i++) {
                        out[i] = function.applyAsDouble(x[i]);
                    }
                });
    }

    /**
     * 1 / (1 + e⁻ˣ). Below -40 the 1 is nothing beside e⁻ˣ, which overflows in the end where the quotient does not
     * underflow.
     */
    public static double sigmoid(double x) {
        return x < -40 ? StrictMath.exp(x) : 1 / (1 + StrictMath.exp(-x));
    }
}
