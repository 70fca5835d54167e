package handgrad.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import handgrad.random.Fixture.Call;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

@Tag("no-kernel")
class TorchRandomTest {
    private final TorchRandom random = TorchRandom.seeded(42);

    /** Every seed of the fixture replayed from its first call to its last. */
    @TestFactory
    List<DynamicTest> drawsAsTorchDoes() {
        var tests = new ArrayList<DynamicTest>();
        for (var calls : callsBySeed(Fixture.read("torch.txt"))) {
            var seed = calls.getFirst().arguments().getFirst();
            tests.add(DynamicTest.dynamicTest("seed " + seed, () -> {
                var generator = TorchRandom.seeded(Long.parseLong(seed));
                calls.subList(1, calls.size()).forEach(call -> assertDraws(generator, call));
            }));
        }
        assertThat(tests).hasSize(6);
        return tests;
    }

    private static List<List<Call>> callsBySeed(List<Call> calls) {
        var bySeed = new ArrayList<List<Call>>();
        for (var call : calls) {
            if (call.name().equals("seed")) {
                bySeed.add(new ArrayList<>());
            }
            bySeed.getLast().add(call);
        }
        return bySeed;
    }

    private static void assertDraws(TorchRandom generator, Call call) {
        switch (call.name()) {
            case "rand32" -> {
                var drawn = new float[call.argument(0)];
                generator.rand(drawn);
                assertThat(drawn).as(call.toString()).isEqualTo(call.floats());
            }
            case "rand64" -> {
                var drawn = new double[call.argument(0)];
                generator.rand(drawn);
                assertThat(drawn).as(call.toString()).isEqualTo(call.doubles());
            }
            case "randn32" -> {
                var drawn = new float[call.argument(0)];
                generator.randn(drawn);
                assertWithinTwoUlps(drawn, call);
            }
            case "randn64" -> {
                var drawn = new double[call.argument(0)];
                generator.randn(drawn);
                assertThat(drawn).as(call.toString()).containsExactly(call.doubles(), within(1e-15));
            }
            case "randint" -> {
                var drawn = new int[call.argument(2)];
                generator.randint(call.argument(0), call.argument(1), drawn);
                assertThat(drawn).as(call.toString()).isEqualTo(call.integers());
            }
            case "random64" ->
                assertThat(LongStream.generate(generator::random64)
                                .limit(call.argument(0))
                                .toArray())
                        .as(call.toString())
                        .isEqualTo(call.longs());
            case "randperm" ->
                assertThat(generator.randperm(call.argument(0)))
                        .as(call.toString())
                        .isEqualTo(call.integers());
            case "multinomial" -> assertMultinomial(generator, call);
            case "bernoulli" -> assertBernoulli(generator, call);
            default -> throw new IllegalArgumentException("the fixture names an unknown call: " + call);
        }
    }

    private static void assertMultinomial(TorchRandom generator, Call call) {
        var probabilities = new float[call.argument(0)];
        for (int j = 0; j < probabilities.length; j++) {
            probabilities[j] = ((j + 1) * 7 % 11) / 8f;
        }
        boolean replacement = call.arguments().get(1).equals("with");
        var drawn = new int[call.argument(2)];
        if (!replacement && drawn.length == 1) {
            drawn[0] = generator.multinomial(probabilities);
        } else {
            generator.multinomial(probabilities, replacement, drawn);
        }
        assertThat(drawn).as(call.toString()).isEqualTo(call.integers());
    }

    /** A float32 and a float64 draw are one. */
    private static void assertBernoulli(TorchRandom generator, Call call) {
        double p = Double.parseDouble(call.arguments().getFirst());
        var expected = call.integers();
        var floats = new float[expected.length];
        var doubles = new double[expected.length];
        generator.copy().bernoulli(p, doubles);
        generator.bernoulli(p, floats);
        for (int i = 0; i < expected.length; i++) {
            assertThat(floats[i]).as("%s at %d", call, i).isEqualTo(expected[i]);
            assertThat(doubles[i]).as("%s at %d", call, i).isEqualTo(expected[i]);
        }
    }

    /** PyTorch's logarithm, sine and cosine of a float32 are the C library's, which may round the other way. */
    private static void assertWithinTwoUlps(float[] drawn, Call call) {
        var expected = call.floats();
        assertThat(drawn).as(call.toString()).hasSameSizeAs(expected);
        for (int i = 0; i < drawn.length; i++) {
            assertThat(Math.abs(drawn[i] - expected[i]))
                    .as("%s at %d: %s, not %s", call, i, drawn[i], expected[i])
                    .isLessThanOrEqualTo(2 * Math.ulp(expected[i]));
        }
    }

    @Test
    void oneIntegerIsThatOfATensorOfOne() {
        var tensor = new int[1];
        var twin = TorchRandom.seeded(42);
        for (int i = 0; i < 1000; i++) {
            twin.randint(0, 27, tensor);
            assertThat(random.randint(27)).isEqualTo(tensor[0]);
        }
    }

    @Test
    void oneDrawWithoutReplacementIsTheSingleDraw() {
        var out = new int[1];
        var twin = TorchRandom.seeded(42);
        float[] probabilities = {0.25f, 0, 0.5f, 0.25f};
        for (int i = 0; i < 1000; i++) {
            twin.multinomial(probabilities, false, out);
            assertThat(random.multinomial(probabilities)).isEqualTo(out[0]);
        }
    }

    @Test
    void drawingBatchesAndSamplesAllocatesNothing() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var batch = new int[32];
        var normals = new float[100];
        float[] probabilities = {0.25f, 0, 0.5f, 0.25f};
        long allocated = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 5 && allocated > 0; attempt++) { // the JIT's own work may show in the first
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 1000; i++) {
                random.randint(0, 182_625, batch);
                random.randn(normals);
                batch[0] = random.multinomial(probabilities);
                random.multinomial(probabilities, true, batch);
                random.bernoulli(0.5, normals);
            }
            allocated = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(allocated).isZero();
    }

    @Test
    void refusesWhatIsNoProbability() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> random.bernoulli(1.5, new float[1]))
                .withMessage("bernoulli: p must be from 0 to 1, it is 1.5");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> random.bernoulli(Double.NaN, new double[1]))
                .withMessage("bernoulli: p must be from 0 to 1, it is NaN");
    }

    @Test
    void refusesAnEmptyRange() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> random.randint(0))
                .withMessage("randint: high 0 must be greater than low 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> random.randint(3, -2, new int[1]))
                .withMessage("randint: high -2 must be greater than low 3");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> random.randperm(-1))
                .withMessage("randperm: n -1 must be at least 0");
    }

    @Test
    void refusesAProbabilityBeyondOne() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> random.multinomial(new float[] {1, Float.NaN}))
                .withMessage("multinomial: probability NaN at index 1 must be finite and at least 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> random.multinomial(new float[] {-0.5f, 1}, true, new int[2]))
                .withMessage("multinomial: probability -0.5 at index 0 must be finite and at least 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> random.multinomial(new float[] {1, Float.POSITIVE_INFINITY}))
                .withMessage("multinomial: probability Infinity at index 1 must be finite and at least 0");
    }

    @Test
    void refusesProbabilitiesThatCannotBeDrawnFrom() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> random.multinomial(new float[3]))
                .withMessage("multinomial: none of the 3 probabilities is positive");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> random.multinomial(new float[] {1, 0, 1}, false, new int[3]))
                .withMessage(
                        "multinomial: 3 draws without replacement need as many positive probabilities, there are 2");
    }

    @Test
    void aRefusedCallDrawsNothing() {
        assertThatIllegalArgumentException().isThrownBy(() -> random.multinomial(new float[3]));
        assertThat(random.randint(1_000_000)).isEqualTo(TorchRandom.seeded(42).randint(1_000_000));
    }
}
