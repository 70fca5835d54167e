package handgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MaxPool2dTest {
    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void the_first_of_several_largest_gets_the_gradient(DType dtype) {
        var x = Tensor.of(new double[] {1, 3, 3, 3, 2, 2, 2, 2}, 1, 1, 4, 2).to(dtype);
        var pool = new MaxPool2d(2);
        assertThat(pool.forward(x))
                .isEqualTo(Tensor.of(new double[] {3, 2}, 1, 1, 2, 1).to(dtype));
        var dX = pool.backward(Tensor.of(new double[] {5, 7}, 1, 1, 2, 1).to(dtype));
        assertThat(dX)
                .isEqualTo(Tensor.of(new double[] {0, 5, 0, 0, 7, 0, 0, 0}, 1, 1, 4, 2)
                        .to(dtype));
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64"})
    void a_nan_is_not_lost(DType dtype) {
        var x = Tensor.of(new double[] {1, Double.NaN, 3, -1}, 1, 1, 2, 2).to(dtype);
        var pool = new MaxPool2d(2);
        assertThat(pool.forward(x).item()).isNaN();
        var dX = pool.backward(Tensor.of(new double[] {1}, 1, 1, 1, 1).to(dtype));
        assertThat(dX.getFlat(1)).isEqualTo(1);
    }
}
