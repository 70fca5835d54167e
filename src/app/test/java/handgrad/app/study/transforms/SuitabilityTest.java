package handgrad.app.study.transforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.app.command.WrongInputException;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SuitabilityTest {
    @Test
    void takesColumnsThatVary() {
        assertThatCode(() -> Suitability.check(
                        data(SuitabilityTest::a, SuitabilityTest::b).split(1)))
                .doesNotThrowAnyException();
    }

    @Test
    void refusesAConstantColumn() {
        assertRefused(
                data(SuitabilityTest::a, _ -> 5),
                "--data: column b is 5.0 in every row of training; leave it out with --features");
    }

    @Test
    void equalNumbersHaveNoDeviationWhateverTheirMeanIsRoundedTo() {
        double[] tenths = new double[24];
        Arrays.fill(tenths, 0.1);
        var moments = FeatureMoments.of(tenths);
        assertThat(moments.mean()).isEqualTo(0.1);
        assertThat(moments.deviation()).isZero();
        assertThat(moments.skew()).isNaN();
    }

    @Test
    void refusesColumnsThatSayTheSame() {
        assertRefused(
                data(SuitabilityTest::a, i -> 3 - 2 * a(i)),
                "--data: the columns a, b say the same: each is a sum of multiples of the others; leave one out with"
                        + " --features");
    }

    @Test
    void refusesATargetThatDoesNotVary() {
        var data = data(SuitabilityTest::a, SuitabilityTest::b);
        assertRefused(
                new Observations("", "y", data.features(), data.columns(), new double[40], data.lines()),
                "--data: the target y is 0.0 in every row of training");
    }

    @Test
    void leavesOutTheLogarithmOfWhatIsNotPositive() {
        var data = data(SuitabilityTest::a, i -> i == 6 ? 0 : b(i));
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
        var data = data(SuitabilityTest::a, i -> 1e20 + 1e5 * b(i));
        assertThat(Suitability.reasonToLeaveOut(Transform.RAW, data, data.split(1)))
                .contains("makes a column so nearly constant that float64 cannot tell it from one");
        assertThat(Suitability.reasonToLeaveOut(Transform.STANDARDISED, data, data.split(1)))
                .isEmpty();
    }

    private static double a(int i) {
        return i + 1.0;
    }

    private static double b(int i) {
        return i * 7 % 11 + 1.0;
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
