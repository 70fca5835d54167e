package handgrad.examples.transforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.examples.command.WrongInputException;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SuitabilityTest {
    private static final IntToDoubleFunction A = i -> i + 1;
    private static final IntToDoubleFunction B = i -> (i * 7) % 11 + 1;

    @Test
    void takesColumnsThatVary() {
        assertThatCode(() -> Suitability.check(data(A, B).split(1))).doesNotThrowAnyException();
    }

    @Test
    void refusesAConstantColumn() {
        assertRefused(
                data(A, _ -> 5), "--data: column b is 5.0 in every row of training; leave it out with --features");
    }

    @Test
    void refusesColumnsThatSayTheSame() {
        assertRefused(
                data(A, i -> 3 - 2 * A.applyAsDouble(i)),
                "--data: the columns a, b say the same: each is a sum of multiples of the others; leave one out with"
                        + " --features");
    }

    @Test
    void refusesATargetThatDoesNotVary() {
        var data = data(A, B);
        assertRefused(
                new Observations("", "y", data.features(), data.columns(), new double[40], data.lines()),
                "--data: the target y is 0.0 in every row of training");
    }

    @Test
    void leavesOutTheLogarithmOfWhatIsNotPositive() {
        var data = data(A, i -> i == 6 ? 0 : B.applyAsDouble(i));
        for (var transform : Transform.values()) {
            var reason = Suitability.reasonToLeaveOut(transform, data, data.split(1));
            if (Transform.OF_POSITIVE.contains(transform)) {
                assertThat(reason).contains("wants positive values; column b is 0.0 in line 8");
            } else {
                assertThat(reason).isEmpty();
            }
        }
    }

    @Test
    void leavesOutWhatFloat64CannotTellFromAConstant() {
        var data = data(A, i -> 1e20 + 1e5 * B.applyAsDouble(i));
        assertThat(Suitability.reasonToLeaveOut(Transform.RAW, data, data.split(1)))
                .contains("makes a column so nearly constant that float64 cannot tell it from one");
        assertThat(Suitability.reasonToLeaveOut(Transform.STANDARDISED, data, data.split(1)))
                .isEmpty();
    }

    private static void assertRefused(Observations data, String message) {
        assertThatThrownBy(() -> Suitability.check(data.split(1)))
                .isInstanceOf(WrongInputException.class)
                .hasMessage(message);
    }

    private static Observations data(IntToDoubleFunction a, IntToDoubleFunction b) {
        return new Observations(
                "",
                "y",
                List.of("a", "b"),
                new double[][] {
                    IntStream.range(0, 40).mapToDouble(a).toArray(),
                    IntStream.range(0, 40).mapToDouble(b).toArray()
                },
                IntStream.range(0, 40).mapToDouble(i -> i * i).toArray(),
                LongStream.range(2, 42).boxed().toList());
    }
}
