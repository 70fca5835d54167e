package handgrad.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.nn.Layer;
import handgrad.nn.Tanh;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import org.junit.jupiter.api.Test;

class GradientCheckTest {
    /** y = x², with a gradient that is given a factor. */
    private static final class Square implements Layer {
        private final double factor;
        private Tensor x = Tensor.zeros(0);

        Square(double factor) {
            this.factor = factor;
        }

        @Override
        public Tensor forward(Tensor x) {
            this.x = x;
            return x.mul(x);
        }

        @Override
        public Tensor backward(Tensor dOut) {
            return dOut.mul(x).mul(factor);
        }
    }

    @Test
    void a_right_gradient_passes_and_is_counted() {
        assertThat(GradientCheck.of(new Square(2))
                        .input(Shape.of(3, 4))
                        .assertPasses()
                        .partials())
                .isEqualTo(12 + 12 * 12);
        assertThat(GradientCheck.of(new Tanh())
                        .input(Shape.of(32, 200))
                        .assertPasses()
                        .worst())
                .isLessThan(1e-3);
    }

    @Test
    void a_wrong_factor_is_caught_with_both_values() {
        assertThatThrownBy(() ->
                        GradientCheck.of(new Square(2.01)).input(Shape.of(3, 4)).assertPasses())
                .isInstanceOf(AssertionError.class)
                .hasMessageMatching("the gradient of input \\(3, 4\\) is wrong, worst at \\[\\d, \\d\\]:"
                        + " backward gives \\S+, central differences give \\S+\\R.*");
    }
}
