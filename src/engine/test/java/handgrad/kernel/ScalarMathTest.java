package handgrad.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.kernel.runtime.VectorSupport;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("no-vector")
@Tag("no-product")
class ScalarMathTest {
    interface FloatFunction {
        float apply(float x);
    }

    /**
     * Every STEP-th bit pattern: about 4 million floats of both signs, subnormal, huge, infinite and NaN among them.
     */
    private static final int STEP = 1021;

    @Test
    void expIsWithinItsStatedError() {
        assertThat(largestError(ScalarMath::exp, Math::exp)).isLessThanOrEqualTo(VectorSupport.FMA ? 0.93 : 1.15);
    }

    @Test
    void tanhIsWithinItsStatedError() {
        assertThat(largestError(ScalarMath::tanh, Math::tanh)).isLessThanOrEqualTo(1.20);
    }

    @Test
    void logIsWithinItsStatedError() {
        assertThat(largestError(ScalarMath::log, Math::log)).isLessThanOrEqualTo(0.85);
    }

    @Test
    void sigmoidIsWithinItsStatedError() {
        assertThat(largestError(ScalarMath::sigmoid, x -> x < -40 ? Math.exp(x) : 1 / (1 + Math.exp(-x))))
                .isLessThanOrEqualTo(2.49);
    }

    /** All floats, and those where it is neither 0 nor 1 more densely. */
    @Test
    void normalCdfIsWithinItsStatedError() {
        double stated = VectorSupport.FMA ? 5.18 : 5.79;
        assertThat(largestError(ScalarMath::normalCdf, NormalDistribution::cdf)).isLessThanOrEqualTo(stated);
        double largest = 0;
        for (float x = -14.5f; x < 6; x += 1e-5f) {
            double exact = NormalDistribution.cdf(x);
            largest = Math.max(largest, Math.abs(ScalarMath.normalCdf(x) - exact) / Math.ulp((float) exact));
        }
        assertThat(largest).isLessThanOrEqualTo(stated);
    }

    @Test
    void normalCdfOfSpecialValues() {
        assertThat(ScalarMath.normalCdf(0f)).isEqualTo(0.5f);
        assertThat(ScalarMath.normalCdf(-0f)).isEqualTo(0.5f);
        assertThat(ScalarMath.normalCdf(Float.POSITIVE_INFINITY)).isEqualTo(1f);
        assertThat(ScalarMath.normalCdf(Float.NEGATIVE_INFINITY)).isEqualTo(0f);
        assertThat(ScalarMath.normalCdf(Float.NaN)).isNaN();
        assertThat(ScalarMath.normalCdf(Float.MAX_VALUE)).isEqualTo(1f);
        assertThat(ScalarMath.normalCdf(-14.1f)).isEqualTo((float) NormalDistribution.cdf(-14.1f));
        assertThat(ScalarMath.normalCdf(-14.5f)).isEqualTo(0f);
    }

    @Test
    void sigmoidOfSpecialValues() {
        assertThat(ScalarMath.sigmoid(0f)).isEqualTo(0.5f);
        assertThat(ScalarMath.sigmoid(Float.POSITIVE_INFINITY)).isEqualTo(1f);
        assertThat(ScalarMath.sigmoid(Float.NEGATIVE_INFINITY)).isEqualTo(0f);
        assertThat(ScalarMath.sigmoid(Float.NaN)).isNaN();
        assertThat(ScalarMath.sigmoid(-88.7f)).isEqualTo((float) Math.exp(-88.7f));
        assertThat(ScalarMath.sigmoid(-103.9f)).isEqualTo(Float.MIN_VALUE);
        assertThat(ScalarMath.sigmoid(-103.98f)).isEqualTo(0f);
        assertThat(ScalarMath.sigmoid(Float.MAX_VALUE)).isEqualTo(1f);
    }

    /** The bits of the formula by exp, where that does not overflow: the form of every published loss. */
    @Test
    void sigmoidHasTheBitsOfItsDefinition() {
        for (float x = -87; x < 104; x += 1e-4f) {
            assertThat(ScalarMath.sigmoid(x)).isEqualTo(1 / (1 + ScalarMath.exp(-x)));
        }
    }

    @Test
    void expOfSpecialValues() {
        assertThat(ScalarMath.exp(0f)).isEqualTo(1f);
        assertThat(ScalarMath.exp(-0f)).isEqualTo(1f);
        assertThat(ScalarMath.exp(Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(ScalarMath.exp(Float.NEGATIVE_INFINITY)).isEqualTo(0f);
        assertThat(ScalarMath.exp(Float.NaN)).isNaN();
        assertThat(ScalarMath.exp(88.72f)).isFinite();
        assertThat(ScalarMath.exp(88.72285f)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(ScalarMath.exp(-103.9f)).isEqualTo(Float.MIN_VALUE);
        assertThat(ScalarMath.exp(-103.98f)).isEqualTo(0f);
    }

    @Test
    void tanhOfSpecialValues() {
        assertThat(ScalarMath.tanh(0f)).isEqualTo(0f);
        assertThat(Float.floatToRawIntBits(ScalarMath.tanh(-0f))).isEqualTo(Float.floatToRawIntBits(-0f));
        assertThat(ScalarMath.tanh(Float.POSITIVE_INFINITY)).isEqualTo(1f);
        assertThat(ScalarMath.tanh(Float.NEGATIVE_INFINITY)).isEqualTo(-1f);
        assertThat(ScalarMath.tanh(Float.NaN)).isNaN();
        assertThat(ScalarMath.tanh(Float.MIN_VALUE)).isEqualTo(Float.MIN_VALUE);
        assertThat(ScalarMath.tanh(10f)).isEqualTo(1f);
    }

    @Test
    void logOfSpecialValues() {
        assertThat(ScalarMath.log(1f)).isEqualTo(0f);
        assertThat(ScalarMath.log(0f)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(ScalarMath.log(-0f)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(ScalarMath.log(-1f)).isNaN();
        assertThat(ScalarMath.log(-Float.MIN_VALUE)).isNaN();
        assertThat(ScalarMath.log(Float.NEGATIVE_INFINITY)).isNaN();
        assertThat(ScalarMath.log(Float.NaN)).isNaN();
        assertThat(ScalarMath.log(Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(ScalarMath.log(Float.MIN_VALUE)).isEqualTo((float) Math.log(Float.MIN_VALUE));
    }

    /**
     * The largest error in units in the last place of the float nearest to the exact value; infinite where the class
     * differs.
     */
    private static double largestError(FloatFunction function, DoubleUnaryOperator exact) {
        double largest = 0;
        for (long i = Integer.MIN_VALUE; i <= Integer.MAX_VALUE; i += STEP) {
            float x = Float.intBitsToFloat((int) i);
            float actual = function.apply(x);
            double expected = exact.applyAsDouble(x);
            float rounded = (float) expected;
            if (Float.compare(actual, rounded) == 0) {
                if (Float.isFinite(rounded)) {
                    largest = Math.max(largest, Math.abs(actual - expected) / Math.ulp(rounded));
                }
                continue;
            }
            if (!Float.isFinite(rounded) || !Float.isFinite(actual)) {
                return Double.POSITIVE_INFINITY;
            }
            largest = Math.max(largest, Math.abs(actual - expected) / Math.ulp(rounded));
        }
        return largest;
    }
}
