package handgrad.random;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Draws from distributions whose numbers are tiny, huge, zero or very many. */
@Tag("no-kernel")
class MultinomialTest {
    private static final int DRAWS = 20_000;

    /** How often each index is drawn: one by one, from the cumulative sums, and first of two without replacement. */
    private static double[][] shares(float[] probabilities, int seed) {
        var random = TorchRandom.seeded(seed);
        double[][] shares = new double[3][probabilities.length];
        int[] drawn = new int[DRAWS];
        random.multinomial(probabilities, true, drawn);
        int[] pair = new int[2];
        for (int i = 0; i < DRAWS; i++) {
            random.multinomial(probabilities, false, pair);
            shares[0][random.multinomial(probabilities)] += 1.0 / DRAWS;
            shares[1][drawn[i]] += 1.0 / DRAWS;
            shares[2][pair[0]] += 1.0 / DRAWS;
        }
        return shares;
    }

    /** Weights in float64, in units from the smallest subnormal to the largest float. */
    @ParameterizedTest
    @ValueSource(doubles = {Float.MIN_VALUE, 1e-38, 1, 1e36, 3.4e37})
    void shares_do_not_depend_on_the_unit(double unit) {
        double[] weights = {3, 0, 1, 4, 0, 10, 2, 0};
        float[] probabilities = new float[weights.length];
        for (int seed = 0; seed < 2; seed++) {
            for (int j = 0; j < weights.length; j++) {
                probabilities[j] = (float) (weights[j] * unit);
            }
            for (double[] shares : shares(probabilities, seed)) {
                for (int j = 0; j < weights.length; j++) {
                    double p = weights[j] / 20;
                    assertThat(Math.abs(shares[j] - p)).isLessThanOrEqualTo(5 * Math.sqrt(p * (1 - p) / DRAWS));
                }
            }
        }
    }

    /** Float32 sums lose each of them beside the 1; together they are a hundredth. */
    @Test
    void many_small_probabilities_add_up() {
        float[] probabilities = new float[1_000_001];
        Arrays.fill(probabilities, 1, probabilities.length, 1e-8f);
        probabilities[0] = 1;
        int[] drawn = new int[100_000];
        TorchRandom.seeded(1).multinomial(probabilities, true, drawn);
        double share = Arrays.stream(drawn).filter(index -> index > 0).count() / 1e5;
        double p = 0.01 / 1.01;
        assertThat(Math.abs(share - p)).isLessThan(5 * Math.sqrt(p / 1e5));
    }

    /** A float32 sum of ones stops at 2²⁴. */
    @Test
    void twenty_million_equal_weights() {
        float[] probabilities = new float[20_000_000];
        Arrays.fill(probabilities, 1);
        int[] drawn = new int[100_000];
        TorchRandom.seeded(42).multinomial(probabilities, true, drawn);
        double share = Arrays.stream(drawn).filter(index -> index >= 1 << 24).count() / 1e5;
        assertThat(Math.abs(share - 0.161)).isLessThan(5 * Math.sqrt(0.161 * 0.839 / 1e5));
        assertThat(Arrays.stream(drawn).max().orElseThrow()).isLessThan(20_000_000);
    }

    @Test
    void zeros_are_never_drawn() {
        for (int seed = 0; seed < 200; seed++) {
            var random = TorchRandom.seeded(seed);
            float[] probabilities = new float[40];
            for (int j = 0; j < probabilities.length; j++) {
                if (random.randint(2) == 0) {
                    probabilities[j] = Math.scalb(1f, random.randint(277) - 149);
                }
            }
            probabilities[random.randint(40)] = Float.MIN_VALUE;
            int[] drawn = new int[50];
            random.multinomial(probabilities, true, drawn);
            for (int index : drawn) {
                assertThat(probabilities[index]).isPositive();
                assertThat(probabilities[random.multinomial(probabilities)]).isPositive();
            }
            int positive = 0;
            for (float probability : probabilities) {
                positive += probability > 0 ? 1 : 0;
            }
            int[] all = new int[positive];
            random.multinomial(probabilities, false, all);
            assertThat(all).doesNotHaveDuplicates();
            for (int index : all) {
                assertThat(probabilities[index]).isPositive();
            }
        }
    }

    /** 1e-45 and 1e38 are so far apart that the order is certain. */
    @Test
    void without_replacement_a_tiny_probability_comes_after_a_huge_one_and_before_zero() {
        var random = TorchRandom.seeded(1);
        int[] drawn = new int[2];
        for (int i = 0; i < 1_000; i++) {
            random.multinomial(new float[] {0, Float.MIN_VALUE, 0, 1e38f}, false, drawn);
            assertThat(drawn).containsExactly(3, 1);
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.MIN_VALUE, 1, Float.MAX_VALUE})
    void one_probability_is_certain(float probability) {
        var random = TorchRandom.seeded(1);
        float[] probabilities = {0, probability, 0};
        int[] drawn = new int[100];
        random.multinomial(probabilities, true, drawn);
        assertThat(drawn).containsOnly(1);
        for (int i = 0; i < 100; i++) {
            assertThat(random.multinomial(probabilities)).isEqualTo(1);
        }
    }
}
