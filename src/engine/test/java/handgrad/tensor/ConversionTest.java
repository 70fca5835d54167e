package handgrad.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("no-kernel")
class ConversionTest {
    @Test
    void float32_takes_the_nearest_float() {
        double[] numbers = {
            0.1, -1e-46, 1e-45, Float.MAX_VALUE, 0x1.fffffeffp127, Double.NaN, Double.NEGATIVE_INFINITY, -0.0
        };
        float[] floats = Tensor.of(numbers, 8).to(DType.FLOAT32).floats();
        for (int i = 0; i < numbers.length; i++) {
            assertThat(floats[i]).isEqualTo(Float.valueOf((float) numbers[i]));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e300, -1e300, 3.5e38, 0x1.ffffffp127, Double.MAX_VALUE})
    void float32_refuses_what_would_become_infinite(double number) {
        var source = Tensor.of(new double[] {1, number}, 2);
        var target = Tensor.zeros(2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> source.to(DType.FLOAT32))
                .withMessage("to: element 1 of FLOAT64 (2) is " + number + ", which FLOAT32 cannot hold");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> target.copyFrom(source))
                .withMessage("copyFrom: element 1 of FLOAT64 (2) is " + number + ", which FLOAT32 cannot hold");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> target.fill(number))
                .withMessage("fill: " + number + " is a number that FLOAT32 cannot hold");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> target.set(number, 0))
                .withMessage("set: " + number + " is a number that FLOAT32 cannot hold");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> target.setFlat(0, number))
                .withMessage("setFlat: " + number + " is a number that FLOAT32 cannot hold");
        assertThat(target).isEqualTo(Tensor.zeros(2));
    }

    @Test
    void int32_cuts_to_the_whole_part() {
        double[] numbers = {2.9, -2.9, -0.5, Integer.MAX_VALUE + 0.5, Integer.MIN_VALUE - 0.5};
        assertThat(Tensor.of(numbers, 5).to(DType.INT32).ints())
                .containsExactly(2, -2, 0, Integer.MAX_VALUE, Integer.MIN_VALUE);
        assertThat(Tensor.of(new float[] {7.5f, Integer.MIN_VALUE}, 2)
                        .to(DType.INT32)
                        .ints())
                .containsExactly(7, Integer.MIN_VALUE);
    }

    @ParameterizedTest
    @ValueSource(
            doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 2147483648.0, -2147483649.0})
    void int32_refuses_what_is_no_integer_of_32_bits(double number) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.of(new double[] {number}, 1, 1).to(DType.INT32))
                .withMessage("to: element 0 of FLOAT64 (1, 1) is " + number + ", which INT32 cannot hold");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tensor.arange(2).fill(number))
                .withMessage("fill: " + number + " is a number that INT32 cannot hold");
        if ((float) number != Integer.MIN_VALUE) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Tensor.of(new float[] {(float) number}, 1).to(DType.INT32))
                    .withMessage(
                            "to: element 0 of FLOAT32 (1) is " + (double) (float) number + ", which INT32 cannot hold");
        }
    }

    @Test
    void positions_are_within_the_tensor() {
        var x = Tensor.zeros(2, 3);
        for (int position : new int[] {-1, 6, Integer.MIN_VALUE}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> x.getFlat(position))
                    .withMessage("getFlat: position " + position + " is outside of (2, 3), which has 6 elements");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> x.setFlat(position, 1))
                    .withMessage("setFlat: position " + position + " is outside of (2, 3), which has 6 elements");
        }
    }
}
