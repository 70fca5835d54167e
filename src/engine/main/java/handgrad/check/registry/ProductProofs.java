package handgrad.check.registry;

import handgrad.check.registry.BatchedProductProofs.Stored;
import handgrad.tensor.Tensor;
import java.util.List;

/** Matrix products, plain and with one operand transposed. */
final class ProductProofs {
    private final Draw draw = new Draw(4);

    List<Proof> proofs() {
        return List.of(matmul(), matmulTransposeA(), matmulTransposeB());
    }

    /** out = a · b: da = dOut · bᵀ, db = aᵀ · dOut; the leading dimensions of a are rows like any other. */
    private static final Computation MATMUL = new Computation(
            x -> x[0].matmul(x[1]),
            (dOut, x) -> InputGradients.of(
                    dOut.matmulTransposeB(x[1]),
                    InputGradients.matrix(x[0]).matmulTransposeA(InputGradients.matrix(dOut))),
            new Definition(x -> product(x[0], x[1]), x -> x[1].size(0)));

    /** out = aᵀ · b: da = b · dOutᵀ, db = a · dOut. */
    private static final Computation MATMUL_TRANSPOSE_A = new Computation(
            x -> x[0].matmulTransposeA(x[1]),
            (dOut, x) -> InputGradients.of(x[1].matmulTransposeB(dOut), x[0].matmul(dOut)),
            new Definition(x -> product(transpose(x[0]), x[1]), x -> x[1].size(0)));

    /** out = a · bᵀ: da = dOut · b, db = dOutᵀ · a; the leading dimensions of a are rows like any other. */
    private static final Computation MATMUL_TRANSPOSE_B = new Computation(
            x -> x[0].matmulTransposeB(x[1]),
            (dOut, x) -> InputGradients.of(
                    dOut.matmul(x[1]), InputGradients.matrix(dOut).matmulTransposeA(InputGradients.matrix(x[0]))),
            new Definition(x -> product(x[0], transpose(x[1])), x -> x[1].size(1)));

    /** a (…, k) times b (k, n), each element a sum of k products. */
    static Tensor product(Tensor a, Tensor b) {
        return Definition.tensor(a.shape().with(-1, b.size(1)), index -> {
            int column = index[index.length - 1];
            double sum = 0;
            for (int i = 0; i < b.size(0); i++) {
                index[index.length - 1] = i;
                sum += a.get(index) * b.get(i, column);
            }
            return sum;
        });
    }

    private static Tensor transpose(Tensor x) {
        var shape = x.shape().with(0, x.size(1)).with(1, x.size(0));
        return Definition.tensor(shape, index -> x.get(index[1], index[0]));
    }

    private Proof matmul() {
        return Proof.named("Tensor.matmul(Tensor)")
                .sample(MATMUL, draw.normal(1, 1), draw.normal(1, 1))
                .sample(MATMUL, draw.normal(1, 17), draw.normal(17, 3))
                .sample(MATMUL, draw.normal(2, 3), draw.normal(3, 4))
                .sample(MATMUL, draw.normal(5, 17), draw.normal(17, 13))
                .sample(MATMUL, draw.normal(19, 7), draw.normal(7, 33))
                .sample(MATMUL, draw.normal(7), draw.normal(7, 5))
                .sample(MATMUL, draw.normal(2, 3, 5), draw.normal(5, 4))
                .sample(MATMUL, draw.normal(2, 1, 3, 5), draw.normal(5, 1))
                .sample(MATMUL, draw.normal(3, 0), draw.normal(0, 2))
                .sample(MATMUL, draw.normal(0, 3), draw.normal(3, 2))
                .samplesOf(BatchedProductProofs.MATMUL, BatchedProductProofs.pairs(draw, Stored.AS_IS))
                .refuses(
                        "matmul: inner dimensions differ, a (32, 30), b (27, 200)",
                        () -> Tensor.zeros(32, 30).matmul(Tensor.zeros(27, 200)))
                .refuses(
                        "matmul: wants a of at least one dimension and a matrix b, a (30), b (30)",
                        () -> Tensor.zeros(30).matmul(Tensor.zeros(30)))
                .refuses(
                        "matmul: inner dimensions differ, a (2, 3, 4), b (2, 5, 6)",
                        () -> Tensor.zeros(2, 3, 4).matmul(Tensor.zeros(2, 5, 6)))
                .refuses(
                        "matmul: batches do not broadcast, a (2, 3, 4), b (5, 4, 6): dimension -3 is 2 and 5",
                        () -> Tensor.zeros(2, 3, 4).matmul(Tensor.zeros(5, 4, 6)))
                .refuses(
                        "matmul: wants matrices or batches of them, a (4), b (2, 4, 6)",
                        () -> Tensor.zeros(4).matmul(Tensor.zeros(2, 4, 6)));
    }

    private Proof matmulTransposeA() {
        return Proof.named("Tensor.matmulTransposeA(Tensor)")
                .sample(MATMUL_TRANSPOSE_A, draw.normal(1, 1), draw.normal(1, 1))
                .sample(MATMUL_TRANSPOSE_A, draw.normal(1, 17), draw.normal(1, 3))
                .sample(MATMUL_TRANSPOSE_A, draw.normal(3, 2), draw.normal(3, 4))
                .sample(MATMUL_TRANSPOSE_A, draw.normal(17, 5), draw.normal(17, 13))
                .sample(MATMUL_TRANSPOSE_A, draw.normal(7, 19), draw.normal(7, 33))
                .sample(MATMUL_TRANSPOSE_A, draw.normal(31, 2), draw.normal(31, 1))
                .sample(MATMUL_TRANSPOSE_A, draw.normal(0, 3), draw.normal(0, 2))
                .sample(MATMUL_TRANSPOSE_A, draw.normal(3, 0), draw.normal(3, 2))
                .samplesOf(
                        BatchedProductProofs.MATMUL_TRANSPOSE_A, BatchedProductProofs.pairs(draw, Stored.A_TRANSPOSED))
                .refuses(
                        "matmulTransposeA: first dimensions differ, a (32, 30), b (27, 200)",
                        () -> Tensor.zeros(32, 30).matmulTransposeA(Tensor.zeros(27, 200)))
                .refuses(
                        "matmulTransposeA: wants two matrices, a (3), b (3, 5)",
                        () -> Tensor.zeros(3).matmulTransposeA(Tensor.zeros(3, 5)))
                .refuses(
                        "matmulTransposeA: dimensions before the last differ, a (2, 3, 4), b (4, 5)",
                        () -> Tensor.zeros(2, 3, 4).matmulTransposeA(Tensor.zeros(4, 5)));
    }

    private Proof matmulTransposeB() {
        return Proof.named("Tensor.matmulTransposeB(Tensor)")
                .sample(MATMUL_TRANSPOSE_B, draw.normal(1, 1), draw.normal(1, 1))
                .sample(MATMUL_TRANSPOSE_B, draw.normal(1, 17), draw.normal(3, 17))
                .sample(MATMUL_TRANSPOSE_B, draw.normal(2, 3), draw.normal(4, 3))
                .sample(MATMUL_TRANSPOSE_B, draw.normal(5, 17), draw.normal(13, 17))
                .sample(MATMUL_TRANSPOSE_B, draw.normal(19, 7), draw.normal(33, 7))
                .sample(MATMUL_TRANSPOSE_B, draw.normal(7), draw.normal(5, 7))
                .sample(MATMUL_TRANSPOSE_B, draw.normal(2, 3, 5), draw.normal(4, 5))
                .sample(MATMUL_TRANSPOSE_B, draw.normal(0, 3), draw.normal(2, 3))
                .sample(MATMUL_TRANSPOSE_B, draw.normal(3, 0), draw.normal(2, 0))
                .samplesOf(
                        BatchedProductProofs.MATMUL_TRANSPOSE_B, BatchedProductProofs.pairs(draw, Stored.B_TRANSPOSED))
                .refuses(
                        "matmulTransposeB: last dimensions differ, a (32, 30), b (27, 200)",
                        () -> Tensor.zeros(32, 30).matmulTransposeB(Tensor.zeros(27, 200)))
                .refuses(
                        "matmulTransposeB: last dimensions differ, a (2, 3, 4), b (2, 5, 6)",
                        () -> Tensor.zeros(2, 3, 4).matmulTransposeB(Tensor.zeros(2, 5, 6)));
    }
}
