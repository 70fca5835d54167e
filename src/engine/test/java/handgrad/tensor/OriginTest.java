package handgrad.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("no-kernel")
class OriginTest {
    private final Object maker = new Object();

    private Tensor made(long pass) {
        var tensor = Tensor.ones(2, 3);
        Origin.mark(tensor, maker, pass);
        return tensor;
    }

    @Test
    void operations_pass_it_on() {
        var constant = Tensor.ones(2, 3);
        var indices = Tensor.of(new int[] {1, 0}, 2);
        var operations = List.<UnaryOperator<Tensor>>of(
                x -> x.add(1),
                x -> x.mul(constant),
                constant::sub,
                x -> constant.copy().addInPlace(x),
                Tensor::exp,
                x -> x.pow(3),
                x -> x.sum(0),
                Tensor::mean,
                x -> x.std(0, true, false),
                x -> x.max(1, false),
                x -> x.matmulTransposeB(constant),
                x -> constant.t().matmul(x),
                x -> x.reshape(6),
                Tensor::t,
                x -> x.index(indices),
                x -> x.narrow(1, 0, 2),
                x -> Tensor.cat(0, constant, x),
                Tensor::copy,
                x -> x.to(DType.FLOAT64),
                x -> constant.copy().copyFrom(x));
        for (int i = 0; i < operations.size(); i++) {
            var result = operations.get(i).apply(made(5));
            assertThat(Origin.maker(result)).as("operation %d", i).isSameAs(maker);
            assertThat(Origin.pass(result)).as("operation %d", i).isEqualTo(5);
        }
    }

    @Test
    void the_latest_counts_and_what_is_filled_has_none() {
        assertThat(Origin.pass(made(3).add(made(7)))).isEqualTo(7);
        assertThat(Origin.pass(made(7).add(made(3)))).isEqualTo(7);
        assertThat(Origin.maker(made(3).fill(0))).isNull();
        assertThat(Origin.pass(Tensor.ones(3).add(1))).isZero();
    }
}
