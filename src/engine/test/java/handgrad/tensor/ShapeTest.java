package handgrad.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("no-kernel")
class ShapeTest {
    @Test
    void counts_elements_and_dimensions() {
        var shape = Shape.of(2, 3, 4);
        assertThat(shape.elements()).isEqualTo(24);
        assertThat(shape.rank()).isEqualTo(3);
        assertThat(shape.size(-1)).isEqualTo(4);
        assertThat(shape).hasToString("(2, 3, 4)").isEqualTo(Shape.of(2, 3, 4)).isNotEqualTo(Shape.of(6, 4));
        assertThat(Shape.SCALAR.elements()).isEqualTo(1);
        assertThat(Shape.SCALAR).hasToString("()");
        assertThat(Shape.of(3, 0).elements()).isZero();
    }

    @Test
    void broadcasts_as_pytorch_does() {
        assertThat(Shape.broadcast("add", Shape.of(32, 64), Shape.of(1, 64))).isEqualTo(Shape.of(32, 64));
        assertThat(Shape.broadcast("add", Shape.of(32, 1), Shape.of(64))).isEqualTo(Shape.of(32, 64));
        assertThat(Shape.broadcast("add", Shape.SCALAR, Shape.of(5))).isEqualTo(Shape.of(5));
        assertThat(Shape.broadcast("add", Shape.of(1), Shape.of(0))).isEqualTo(Shape.of(0));
    }

    @Test
    void errors_name_the_shapes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Shape.broadcast("mul", Shape.of(32, 64), Shape.of(32)))
                .withMessage("mul: shapes do not broadcast, a (32, 64), b (32): dimension -1 is 64 and 32");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Shape.of(3, -1))
                .withMessage("shape: negative size in (3, -1)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Shape.of(65_536, 65_536))
                .withMessage("shape: (65536, 65536) has more than 2^31 - 1 elements");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Shape.of(3).size(1))
                .withMessage("dimension 1 is outside of (3), which has 1 dimension");
    }
}
