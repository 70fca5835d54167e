package handgrad.app.exercise;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.check.result.Cause;
import handgrad.check.result.Comparison;
import handgrad.tensor.Tensor;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class StepComparisonTest {
    private static final Tensor RIGHT = tensor(1, -2, 4);

    private static Tensor tensor(double... elements) {
        return Tensor.of(elements, elements.length);
    }

    private static Comparison compare(Tensor given) {
        var mistakes = new TreeMap<>(Map.of("b fits: do this", tensor(5, 5, 5), "a fits: do that", tensor(5, 5, 5)));
        return new StepComparison("step", RIGHT, mistakes).of(given);
    }

    private static String cause(Tensor given) {
        return Objects.requireNonNull(compare(given).cause()).introduced();
    }

    @Test
    void another_order_of_operations_is_right_and_not_exact() {
        assertThat(compare(RIGHT)).isEqualTo(new Comparison("step", true, true, 0, null));
        var close = compare(tensor(1, -2, 4 + 1e-12));
        assertThat(close.passed()).isTrue();
        assertThat(close.exact()).isFalse();
    }

    @Test
    void a_wrong_one_has_its_cause() {
        assertThat(cause(tensor(5, 5, 5))).isEqualTo(", likely cause: a fits: do that; or b fits: do this");
        assertThat(cause(tensor(-1, 2, -4))).isEqualTo(": it has the wrong sign");
        assertThat(cause(tensor(0.5, -1, 2)))
                .isEqualTo(": it is right but for a factor: it is 0.500000 times the right one");
        assertThat(cause(tensor(1, -2))).isEqualTo(": its shape is (2), it should be (3)");
        assertThat(cause(tensor(1, Double.NaN, 4)))
                .isEqualTo(": no usual mistake explains it: compare its formula with the text above, part by part");
        assertThat(Objects.requireNonNull(compare(tensor(0, 0, 0)).cause()).kind())
                .isEqualTo(Cause.Kind.CONSTANT_FACTOR);
    }
}
