package handgrad.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.kernel.Allocation;
import handgrad.random.TorchRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class BatchedMatmulTest {
    private final TorchRandom random = TorchRandom.seeded(9);

    @Test
    void the_products_of_a_batch_are_those_of_its_matrices() {
        var a = Tensor.randn(random, 2, 3, 5, 7);
        var b = Tensor.randn(random, 3, 7, 4);
        var out = a.matmul(b);
        assertThat(out.shape()).isEqualTo(Shape.of(2, 3, 5, 4));
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 3; j++) {
                var left = a.narrow(0, i, 1).narrow(1, j, 1).reshape(5, 7);
                var right = b.narrow(0, j, 1).reshape(7, 4);
                assertThat(out.narrow(0, i, 1).narrow(1, j, 1).reshape(5, 4)).isEqualTo(left.matmul(right));
            }
        }
        assertThat(a.transpose(-1, -2).matmulTransposeA(b)).isEqualTo(out);
    }

    @Test
    void gradients_are_added_to_what_is_there() {
        var a = Tensor.randn(random, 2, 3, 4);
        var b = Tensor.randn(random, 4, 5);
        var dOut = Tensor.randn(random, 2, 3, 5);
        var dA = Tensor.ones(2, 3, 4);
        var dB = Tensor.zeros(4, 5);
        Functional.batchedMatmulBackward(a, b, dOut, dA, dB);
        var twice = dB.copy();
        Functional.batchedMatmulBackward(a, b, dOut, Tensor.zeros(2, 3, 4), twice);
        var fresh = Tensor.zeros(2, 3, 4);
        Functional.batchedMatmulBackward(a, b, dOut, fresh, Tensor.zeros(4, 5));
        assertThat(dA.sub(1).sub(fresh).abs().reshape(-1).max(0, false).item()).isLessThan(1e-5);
        assertThat(twice.sub(dB.mul(2)).abs().reshape(-1).max(0, false).item()).isLessThan(1e-5);
    }

    /** In FLOAT64, where no product goes to OpenBLAS, which may allocate views of the arrays. */
    @Test
    @Tag("allocation")
    void a_pass_allocates_nothing() {
        var a = Tensor.randn(random, 2, 3, 8, 6).to(DType.FLOAT64);
        var b = Tensor.randn(random, 3, 6, 5).to(DType.FLOAT64);
        var out = a.matmul(b);
        var dA = Tensor.zeros(DType.FLOAT64, a.shape());
        var dB = Tensor.zeros(DType.FLOAT64, b.shape());
        assertThat(Allocation.leastBytes(() -> {
                    Functional.batchedMatmul(a, b, out);
                    Functional.batchedMatmulBackward(a, b, out, dA, dB);
                }))
                .isZero();
    }
}
