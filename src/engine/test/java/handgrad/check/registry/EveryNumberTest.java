package handgrad.check.registry;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.check.registry.ElementFunction.Bound;
import handgrad.check.registry.ElementFunction.OfOne;
import handgrad.check.registry.ElementFunction.OfTwo;
import handgrad.random.TorchRandom;
import handgrad.tensor.Activations;
import handgrad.tensor.DType;
import handgrad.tensor.Op;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import handgrad.tensor.Tracer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Elementwise operations for numbers of every exponent and sign, zeros, infinities and NaN: results and gradients are
 * as near to the exact ones as the registry and the Javadoc of the operation say.
 */
@Tag("no-product")
class EveryNumberTest {
    private static final double[] SPECIAL = {
        0,
        -0.0,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        0x1.fffffep-127,
        -0x1.fffffep-127
    };

    private static final double[] BEYOND_FLOAT32 = {
        1e100,
        -1e100,
        1e300,
        -1e300,
        Double.MAX_VALUE,
        -Double.MAX_VALUE,
        1e-300,
        -1e-300,
        Double.MIN_VALUE,
        -745,
        709.8
    };

    private static final List<Case> CASES = cases();

    /** An elementwise operation, once for each of its definitions. */
    record Case(String name, Computation computation, ElementFunction element) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static List<Case> cases() {
        var seen = new HashSet<List<Object>>();
        return Registry.proofs().stream()
                .flatMap(proof -> proof.samples().stream()
                        .flatMap(sample -> Stream.ofNullable(sample.definition().element())
                                .map(element -> new Case(proof.name(), sample.computation(), element))))
                .filter(one -> seen.add(List.of(one.name, one.element)))
                .toList();
    }

    static Stream<Case> functionsOfOne() {
        return CASES.stream().filter(one -> one.element instanceof OfOne);
    }

    static Stream<Case> functionsOfTwo() {
        return CASES.stream().filter(one -> one.element instanceof OfTwo);
    }

    /** Numbers of every exponent with both signs and some mantissas, and many around those where functions bend. */
    private static double[] numbers() {
        var random = TorchRandom.seeded(3);
        var numbers = new ArrayList<Double>();
        float[] drawn = new float[1];
        for (int exponent = -149; exponent <= 127; exponent++) {
            random.rand(drawn);
            for (float mantissa : new float[] {1, 1 + drawn[0], 2 - 0x1p-23f}) {
                numbers.add((double) Math.scalb(mantissa, exponent));
                numbers.add((double) -Math.scalb(mantissa, exponent));
            }
        }
        float[] near = new float[1024];
        random.rand(near);
        for (int i = 0; i < near.length; i++) {
            numbers.add((double) (near[i] - 0.5f) * (i % 2 == 0 ? 220 : 20));
        }
        return Stream.concat(numbers.stream(), Arrays.stream(SPECIAL).boxed())
                .mapToDouble(number -> number)
                .toArray();
    }

    private static Tensor vector(DType dtype, double... numbers) {
        var x = Tensor.zeros(dtype, Shape.of(numbers.length));
        for (int i = 0; i < numbers.length; i++) {
            x.setFlat(i, numbers[i]);
        }
        return x;
    }

    @ParameterizedTest
    @MethodSource("functionsOfOne")
    void results_and_gradients_are_within_their_bounds(Case operation) {
        requireWithinBounds(operation, vector(DType.FLOAT32, numbers()));
    }

    @ParameterizedTest
    @Tag("no-kernel")
    @MethodSource("functionsOfOne")
    void so_they_are_in_float64(Case operation) {
        var floats = vector(DType.FLOAT32, numbers()).to(DType.FLOAT64);
        requireWithinBounds(operation, Tensor.cat(0, floats, vector(DType.FLOAT64, BEYOND_FLOAT32)));
    }

    private static void requireWithinBounds(Case operation, Tensor x) {
        var element = (OfOne) operation.element;
        requireNear(x, operation.computation.forward().apply(x), element.function(), element.value());
        // The gradients of Tensor's operations are made of such operations, of which an earlier one may overflow.
        for (double d : operation.name.startsWith("Tensor.") ? new double[] {1} : new double[] {1, -0x1p-40}) {
            var dOut = Tensor.zeros(x.dtype(), x.shape()).fill(d);
            var dX = operation.computation.gradient().apply(dOut, new Tensor[] {x})[0];
            requireNear(x, dX, v -> d * element.derivative().applyAsDouble(v), element.slope());
        }
    }

    private static void requireNear(Tensor x, Tensor actual, DoubleUnaryOperator exact, Bound bound) {
        boolean single = x.dtype() == DType.FLOAT32;
        var wrong = new ArrayList<String>();
        for (int i = 0; i < x.shape().elements(); i++) {
            double expected = exact.applyAsDouble(x.getFlat(i));
            double allowed = single
                    ? bound.ulps() * Math.ulp((float) expected) + bound.absolute()
                    : (bound.ulps() + 4) * Math.ulp(expected) + 0x1p-26 * bound.absolute();
            double error = error(expected, actual.getFlat(i), single);
            if (error > 0 && !(error <= allowed)) {
                wrong.add(x.dtype() + " " + x.getFlat(i) + ": " + actual.getFlat(i) + ", exact " + expected
                        + ", allowed error " + allowed);
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** Infinite where only one is NaN or infinite in this type. */
    private static double error(double expected, double actual, boolean single) {
        double rounded = single ? (float) expected : expected;
        boolean same = Double.isFinite(rounded) && Double.isFinite(actual);
        if (same) {
            return Math.abs(actual - expected);
        }
        return Double.compare(rounded, actual) == 0 ? 0 : Double.POSITIVE_INFINITY;
    }

    /** A number that FLOAT32 holds with fewer digits, as 0 or as infinity: the result is rounded once all the same. */
    @ParameterizedTest
    @ValueSource(doubles = {3.5e38, -1e39, 1e300, 1e-42, -1e-50, 1e-300})
    void arithmetic_takes_numbers_beyond_float32(double number) {
        var x = vector(DType.FLOAT32, numbers());
        requireNear(x, x.add(number), v -> v + number, Bound.ROUNDED);
        requireNear(x, x.sub(number), v -> v - number, Bound.ROUNDED);
        requireNear(x, x.mul(number), v -> v * number, Bound.ROUNDED);
        requireNear(x, x.div(number), v -> v / number, Bound.ROUNDED);
    }

    /** Every exponent and special number with some of the others, of both signs. */
    @ParameterizedTest
    @MethodSource("functionsOfTwo")
    void results_of_two_numbers_are_the_nearest_floats(Case operation) {
        var function = ((OfTwo) operation.element).function();
        var random = TorchRandom.seeded(5);
        int first = 277 + SPECIAL.length;
        int second = 40;
        float[] a = new float[first * second];
        float[] b = new float[first * second];
        for (int i = 0; i < a.length; i++) {
            a[i] = number(i / second, random);
            b[i] = number(i % second < SPECIAL.length ? i % second : random.randint(first), random);
        }
        var out = operation.computation.forward().apply(Tensor.of(a, a.length), Tensor.of(b, a.length));
        for (int i = 0; i < a.length; i++) {
            float expected = (float) function.applyAsDouble(a[i], b[i]);
            float actual = (float) out.getFlat(i);
            // A product that is subnormal is rounded twice.
            boolean near = Math.abs(expected) < 1e-36 && Math.abs(actual - expected) <= Math.ulp(expected);
            if (Float.compare(actual + 0f, expected + 0f) != 0 && !near) {
                assertThat(actual).as("of %s and %s", a[i], b[i]).isEqualTo(expected);
            }
        }
    }

    private static float number(int i, TorchRandom random) {
        float[] drawn = new float[1];
        random.rand(drawn);
        int sign = 1 - 2 * random.randint(2);
        return i < SPECIAL.length ? (float) SPECIAL[i] : sign * Math.scalb(1 + drawn[0], i - SPECIAL.length - 149);
    }

    /** Every pair of some numbers; the bound is that of the Javadoc, 4e-7. */
    @Test
    void gate_is_within_its_bound() {
        double[] numbers =
                Arrays.stream(numbers()).filter(x -> !Double.isNaN(x)).toArray();
        int n = numbers.length;
        for (var dtype : new DType[] {DType.FLOAT32, DType.FLOAT64}) {
            var x = Tensor.zeros(dtype, Shape.of(n, 2));
            for (int i = 0; i < n; i++) {
                x.set(numbers[i], i, 0);
                x.set(numbers[(i * 641 + 7) % n], i, 1);
            }
            var t = Tensor.zeros(dtype, x.shape());
            var out = Tensor.zeros(dtype, Shape.of(n, 1));
            var dX = Tensor.zeros(dtype, x.shape());
            Activations.gate(x, t, out);
            Activations.gateBackward(t, Tensor.zeros(dtype, out.shape()).fill(1), dX);
            double bound = dtype == DType.FLOAT32 ? 4e-7 : 1e-15;
            for (int i = 0; i < n; i++) {
                double f = x.get(i, 0);
                double g = x.get(i, 1);
                double sigmoid = 1 / (1 + Math.exp(-g));
                double slope = 1 / (Math.cosh(f) * Math.cosh(f));
                double error = Math.max(
                        Math.abs(out.get(i, 0) - Math.tanh(f) * sigmoid),
                        Math.max(
                                Math.abs(dX.get(i, 0) - slope * sigmoid),
                                Math.abs(dX.get(i, 1) - Math.tanh(f) * sigmoid / (1 + Math.exp(g)))));
                if (!(error <= bound)) {
                    assertThat(error).as("of %s and %s", f, g).isLessThanOrEqualTo(bound);
                }
            }
        }
    }

    /** The compiler names a new operation that is missing here, and this test one that no number is tried with. */
    @Test
    void every_elementwise_operation_is_tried() {
        var told = EnumSet.of(Op.GATE);
        var two = vector(DType.FLOAT32, 1, 2);
        Tracer tracer = (op, _, _, _) -> told.add(op);
        CASES.forEach(one -> Tracer.call(
                tracer,
                () -> one.computation
                        .forward()
                        .apply(one.element instanceof OfOne ? new Tensor[] {two} : new Tensor[] {two, two})));
        assertThat(told)
                .containsAll(Arrays.stream(Op.values())
                        .filter(EveryNumberTest::isElementwise)
                        .toList());
    }

    private static boolean isElementwise(Op op) {
        return switch (op) {
            case ADD,
                    ADD_IN_PLACE,
                    ADD_SCALED,
                    SUB,
                    RSUB,
                    MUL,
                    DIV,
                    NEG,
                    ABS,
                    CLAMP,
                    MAXIMUM,
                    MINIMUM,
                    EXP,
                    LOG,
                    SQRT,
                    POW,
                    TANH,
                    SIGMOID,
                    GATE,
                    RELU,
                    LEAKY_RELU,
                    GELU,
                    GELU_TANH,
                    SILU -> true;
            case DROPOUT,
                    WHERE,
                    SUM,
                    MAX,
                    ARGMAX,
                    CUMSUM,
                    ARGSORT,
                    LOG_SUM_EXP,
                    MATMUL,
                    MATMUL_TRANSPOSE_A,
                    MATMUL_TRANSPOSE_B,
                    BATCHED_MATMUL,
                    LINEAR,
                    GROUPED_LINEAR,
                    RNN,
                    GRU,
                    LSTM,
                    MAKEMORE_GRU,
                    RESHAPE,
                    TRANSPOSE,
                    INDEX,
                    EMBEDDING,
                    INDEX_SELECT,
                    INDEX_ADD,
                    GATHER,
                    SCATTER_ADD,
                    NARROW,
                    ONE_HOT,
                    CAT,
                    UNFOLD,
                    CROP,
                    CAUSAL_MEAN,
                    COPY_FROM,
                    NORMALIZE_BATCH,
                    NORMALIZE_ROWS,
                    NORMALIZE_ROOT_MEAN_SQUARE,
                    NORMALIZE,
                    SCALE_AND_SHIFT,
                    BATCH_NORM2D,
                    CONV2D,
                    CONV_TRANSPOSE2D,
                    MAX_POOL2D,
                    AVG_POOL2D,
                    CAUSAL_SELF_ATTENTION,
                    SOFTMAX,
                    LOG_SOFTMAX,
                    NEGATIVE_LOG_LIKELIHOOD,
                    WEIGHTED_CROSS_ENTROPY,
                    NLL_LOSS,
                    MSE_LOSS,
                    L1_LOSS,
                    HUBER_LOSS,
                    BCE_WITH_LOGITS_LOSS,
                    KL_DIV_LOSS -> false;
        };
    }
}
