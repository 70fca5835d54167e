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
                x -> x.std(0, Variance.UNBIASED, false),
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

    private Tensor gradient(long pass) {
        var tensor = Tensor.ones(2, 3);
        Origin.markGradient(tensor, maker, pass);
        return tensor;
    }

    private static void assertPass(Tensor a, Tensor b, long pass) {
        assertThat(Origin.pass(a.add(b))).isEqualTo(pass);
        assertThat(Origin.pass(b.add(a))).isEqualTo(pass);
    }

    @Test
    void the_earliest_gradient_or_the_latest_output_counts() {
        assertPass(made(3), made(7), 7);
        assertPass(gradient(3), gradient(7), 3);
        assertPass(gradient(3), made(7), 3);
        assertPass(gradient(7), made(3), 7);
        assertPass(gradient(7).mul(2), gradient(3).copy(), 3);
        assertPass(Tensor.ones(2, 3), made(3), 3);
    }

    @Test
    void what_is_filled_or_made_of_what_has_none_has_none() {
        assertThat(Origin.maker(made(3).fill(0))).isNull();
        assertThat(Origin.pass(Tensor.ones(3).add(1))).isZero();
    }
}
