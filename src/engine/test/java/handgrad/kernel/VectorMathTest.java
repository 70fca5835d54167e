package handgrad.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import handgrad.kernel.runtime.Species;
import handgrad.kernel.runtime.VectorSupport;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** That {@link VectorMath} gives the bits of {@link ScalarMath}, whose accuracy {@link ScalarMathTest} measures. */
@Tag("no-product")
class VectorMathTest {
    /** About 2 million floats, spread over all bit patterns, and the special values. */
    private static final int STEP = 2039;

    @BeforeEach
    void needsVectors() {
        assumeTrue(VectorSupport.ENABLED && VectorSupport.FMA, VectorSupport.description());
    }

    @Test
    void expGivesTheBitsOfTheScalarFunction() {
        float[] x = sample();
        float[] y = new float[x.length];
        exp(x, y);
        for (int i = 0; i < x.length; i++) {
            assertSameBits(x[i], y[i], ScalarMath.exp(x[i]));
        }
    }

    /** Values in range beside one that is not, which all take another path, and around the border between the paths. */
    @Test
    void loopOfExpGivesTheBitsOfTheScalarFunction() {
        float[] sample = sample();
        float[] x = new float[4 * sample.length];
        for (int i = 0; i < sample.length; i++) {
            x[i] = sample[i];
            x[sample.length + i] = i % 97 == 0 ? sample[i] : (i % 1999) / 1000f - 1;
            x[2 * sample.length + i] = Math.copySign(ScalarMath.EXP_NORMAL, sample[i]) + (i % 101 - 50) * 1e-5f;
            x[3 * sample.length + i] = (i % 17_401) / 100f - 87;
        }
        float[] y = new float[x.length];
        VectorElementwise.exp(x, y, 0, x.length);
        for (int i = 0; i < x.length; i++) {
            assertSameBits(x[i], y[i], ScalarMath.exp(x[i]));
        }
        float[] inPlace = x.clone();
        VectorElementwise.exp(inPlace, inPlace, 0, x.length);
        assertThat(Arrays.equals(inPlace, y)).as("in place").isTrue();
    }

    @Test
    void tanhGivesTheBitsOfTheScalarFunction() {
        float[] x = sample();
        float[] y = new float[x.length];
        tanh(x, y);
        for (int i = 0; i < x.length; i++) {
            assertSameBits(x[i], y[i], ScalarMath.tanh(x[i]));
        }
    }

    @Test
    void sigmoidGivesTheBitsOfTheScalarFunction() {
        float[] x = sample();
        float[] y = new float[x.length];
        sigmoid(x, y);
        for (int i = 0; i < x.length; i++) {
            assertSameBits(x[i], y[i], ScalarMath.sigmoid(x[i]));
        }
    }

    @Test
    void logGivesTheBitsOfTheScalarFunction() {
        float[] x = sample();
        float[] y = new float[x.length];
        log(x, y);
        for (int i = 0; i < x.length; i++) {
            assertSameBits(x[i], y[i], ScalarMath.log(x[i]));
        }
    }

    @Test
    void normalCdfGivesTheBitsOfTheScalarFunction() {
        float[] x = sample();
        for (int i = 16; i < x.length; i += 2) {
            x[i] = (i - x.length / 2) * 16f / x.length;
        }
        float[] y = new float[x.length];
        normalCdf(x, y);
        for (int i = 0; i < x.length; i++) {
            assertSameBits(x[i], y[i], ScalarMath.normalCdf(x[i]));
        }
    }

    @Test
    @Tag("allocation")
    void allocatesNothing() {
        float[] x = new float[64];
        float[] y = new float[64];
        assertThat(Allocation.leastBytes(() -> exp(x, y))).isZero();
        assertThat(Allocation.leastBytes(() -> tanh(x, y))).isZero();
        assertThat(Allocation.leastBytes(() -> log(x, y))).isZero();
        assertThat(Allocation.leastBytes(() -> sigmoid(x, y))).isZero();
        assertThat(Allocation.leastBytes(() -> normalCdf(x, y))).isZero();
    }

    private static void exp(float[] x, float[] y) {
        for (int i = 0; i < x.length; i += Species.LANES) {
            VectorMath.exp(FloatVector.fromArray(Species.FLOAT, x, i)).intoArray(y, i);
        }
    }

    private static void tanh(float[] x, float[] y) {
        for (int i = 0; i < x.length; i += Species.LANES) {
            VectorMath.tanh(FloatVector.fromArray(Species.FLOAT, x, i)).intoArray(y, i);
        }
    }

    private static void log(float[] x, float[] y) {
        for (int i = 0; i < x.length; i += Species.LANES) {
            VectorMath.log(FloatVector.fromArray(Species.FLOAT, x, i)).intoArray(y, i);
        }
    }

    private static void sigmoid(float[] x, float[] y) {
        for (int i = 0; i < x.length; i += Species.LANES) {
            VectorMath.sigmoid(FloatVector.fromArray(Species.FLOAT, x, i)).intoArray(y, i);
        }
    }

    private static void normalCdf(float[] x, float[] y) {
        for (int i = 0; i < x.length; i += Species.LANES) {
            var v = FloatVector.fromArray(Species.FLOAT, x, i);
            VectorMath.normalCdf(v, VectorMath.tailRatio(v)).intoArray(y, i);
        }
    }

    private static float[] sample() {
        float[] special = {
            0f,
            -0f,
            Float.MIN_VALUE,
            -Float.MIN_VALUE,
            Float.MIN_NORMAL,
            Float.MAX_VALUE,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            Float.NaN,
            1f,
            -1f,
            0.625f,
            88.72284f,
            88.72285f,
            -103.9f,
            -103.98f
        };
        int count = (int) ((1L << 32) / STEP);
        float[] sample = new float[Math.ceilDiv(count, 16) * 16];
        for (int i = 0; i < sample.length; i++) {
            sample[i] = Float.intBitsToFloat(i * STEP);
        }
        System.arraycopy(special, 0, sample, 0, special.length);
        return sample;
    }

    private static void assertSameBits(float x, float vector, float scalar) {
        if (Float.floatToIntBits(vector) != Float.floatToIntBits(scalar)) {
            assertThat(vector).as("of %s", x).isEqualTo(scalar);
        }
    }
}
