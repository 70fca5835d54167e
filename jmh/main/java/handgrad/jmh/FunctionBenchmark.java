package handgrad.jmh;

import handgrad.kernel.Elementwise;
import handgrad.kernel.UnaryOperation;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleUnaryOperator;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Question: what do handgrad's polynomials for exp and tanh cost and how accurate are they, beside
 * {@code lanewise(EXP)} and {@code lanewise(TANH)} of the JDK, which call the library of the platform?
 *
 * <p>Method: 4096 normally distributed numbers in the cache, one thread. Accuracy: the largest error over a million
 * floats spread evenly over the bit patterns of all finite results, in units of the last place of the true value.
 *
 * <p>What to expect: polynomials that are inlined into the loop keep their constants in registers, while a call of the
 * library spills them; the library rounds a little better. Where the JDK has no library, its loop is scalar and
 * allocates.
 *
 * <p>What it taught: the findings set the time of each beside its largest error.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 5,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
public class FunctionBenchmark {
    /** The elements of an array. */
    static final int N = 4096;

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    @Param({"exp", "tanh"})
    private String function;

    private UnaryOperation operation;
    private final float[] x = new float[N];
    private final float[] out = new float[N];

    /** Draws the arguments. */
    @Setup
    public void draw() {
        operation = function.equals("exp") ? UnaryOperation.EXP : UnaryOperation.TANH;
        var random = new Random(1);
        for (int i = 0; i < N; i++) {
            x[i] = (float) random.nextGaussian();
        }
        FunctionWarmup.run();
        handgrad();
        check("handgrad");
        jdk();
        check("jdk");
    }

    private void check(String whose) {
        DoubleUnaryOperator truth = operation == UnaryOperation.EXP ? Math::exp : Math::tanh;
        for (int i = 0; i < N; i++) {
            double exact = truth.applyAsDouble(x[i]);
            ResultCheck.require(function + " of " + x[i] + " by " + whose, out[i], exact, 4 * Math.ulp((float) exact));
        }
    }

    /** handgrad's kernel. */
    @Benchmark
    public float[] handgrad() {
        Elementwise.unary(operation, x, out, N);
        return out;
    }

    /** The JDK's. */
    @Benchmark
    public float[] jdk() {
        if (operation == UnaryOperation.EXP) {
            jdkExp(x, out);
        } else {
            jdkTanh(x, out);
        }
        return out;
    }

    private static void jdkExp(float[] x, float[] out) {
        for (int i = 0; i < x.length; i += SPECIES.length()) {
            FloatVector.fromArray(SPECIES, x, i).lanewise(VectorOperators.EXP).intoArray(out, i);
        }
    }

    private static void jdkTanh(float[] x, float[] out) {
        for (int i = 0; i < x.length; i += SPECIES.length()) {
            FloatVector.fromArray(SPECIES, x, i).lanewise(VectorOperators.TANH).intoArray(out, i);
        }
    }

    /** The largest error of each function. */
    static List<Score> accuracy() {
        float[] arguments = arguments();
        float[] results = new float[arguments.length];
        var errors = new ArrayList<Score>();
        Elementwise.unary(UnaryOperation.EXP, arguments, results, arguments.length);
        errors.add(error("exp", "handgrad", Math::exp, arguments, results));
        jdkExp(arguments, results);
        errors.add(error("exp", "jdk", Math::exp, arguments, results));
        Elementwise.unary(UnaryOperation.TANH, arguments, results, arguments.length);
        errors.add(error("tanh", "handgrad", Math::tanh, arguments, results));
        jdkTanh(arguments, results);
        errors.add(error("tanh", "jdk", Math::tanh, arguments, results));
        return errors;
    }

    /**
     * 2^20 floats of both signs, evenly spread over the bit patterns of the magnitudes below 87, where exp is normal.
     */
    private static float[] arguments() {
        int half = 1 << 19;
        int last = Float.floatToIntBits(87);
        float[] values = new float[2 * half];
        for (int i = 0; i < half; i++) {
            float magnitude = Float.intBitsToFloat((int) ((long) last * i / half));
            values[i] = magnitude;
            values[half + i] = -magnitude;
        }
        return values;
    }

    private static Score error(
            String function, String whose, DoubleUnaryOperator truth, float[] arguments, float[] results) {
        double largest = 0;
        for (int i = 0; i < arguments.length; i++) {
            double exact = truth.applyAsDouble(arguments[i]);
            largest = Math.max(largest, Math.abs(results[i] - exact) / Math.ulp((float) exact));
        }
        return Score.of(function, whose + FunctionStudy.ERROR, largest);
    }
}
