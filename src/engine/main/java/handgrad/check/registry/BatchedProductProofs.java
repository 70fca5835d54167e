package handgrad.check.registry;

import static handgrad.check.registry.InputGradients.sumTo;
import static handgrad.check.registry.InputGradients.written;

import handgrad.tensor.DType;
import handgrad.tensor.Functional;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Products of batches of matrices, which broadcast. */
final class BatchedProductProofs {
    /** Which operand is stored transposed. */
    enum Stored {
        AS_IS,
        A_TRANSPOSED,
        B_TRANSPOSED
    }

    private final Draw draw = new Draw(24);

    List<Proof> proofs() {
        return List.of(batchedMatmul(), batchedMatmulTransposeA(), batchedMatmulTransposeB());
    }

    /** out = a · b: da = dOut · bᵀ, db = aᵀ · dOut, each summed over the matrices for which it was repeated. */
    static final Computation MATMUL = new Computation(
            x -> x[0].matmul(x[1]),
            (dOut, x) -> InputGradients.of(
                    sumTo(x[0].shape(), dOut.matmulTransposeB(x[1])), sumTo(x[1].shape(), x[0].matmulTransposeA(dOut))),
            product(Stored.AS_IS));

    /** out = aᵀ · b: da = b · dOutᵀ, db = a · dOut, each summed over the matrices for which it was repeated. */
    static final Computation MATMUL_TRANSPOSE_A = new Computation(
            x -> x[0].matmulTransposeA(x[1]),
            (dOut, x) -> InputGradients.of(
                    sumTo(x[0].shape(), x[1].matmulTransposeB(dOut)), sumTo(x[1].shape(), x[0].matmul(dOut))),
            product(Stored.A_TRANSPOSED));

    /** out = a · bᵀ: da = dOut · b, db = dOutᵀ · a, each summed over the matrices for which it was repeated. */
    static final Computation MATMUL_TRANSPOSE_B = new Computation(
            x -> x[0].matmulTransposeB(x[1]),
            (dOut, x) -> InputGradients.of(
                    sumTo(x[0].shape(), dOut.matmul(x[1])), sumTo(x[1].shape(), dOut.matmulTransposeA(x[0]))),
            product(Stored.B_TRANSPOSED));

    /** Batches of each kind, with the products of a matrix and a batch both ways. */
    static List<Tensor[]> pairs(Draw draw, Stored stored) {
        return Stream.of(
                        new int[][] {{2}, {2}, {3, 5, 7}},
                        new int[][] {{1}, {1}, {1, 1, 1}},
                        new int[][] {{}, {3}, {4, 2, 5}},
                        new int[][] {{1}, {3}, {17, 9, 2}},
                        new int[][] {{3}, {1}, {1, 17, 3}},
                        new int[][] {{2, 3}, {3}, {2, 4, 3}},
                        new int[][] {{2, 1}, {1, 3}, {3, 1, 4}},
                        new int[][] {{2}, {3, 1}, {2, 2, 2}},
                        new int[][] {{0}, {0}, {2, 3, 4}},
                        new int[][] {{2}, {2}, {3, 2, 0}},
                        new int[][] {{2}, {2}, {0, 2, 3}})
                .map(sizes -> {
                    int m = sizes[2][0];
                    int n = sizes[2][1];
                    int k = sizes[2][2];
                    int[] a = stored == Stored.A_TRANSPOSED ? new int[] {k, m} : new int[] {m, k};
                    int[] b = stored == Stored.B_TRANSPOSED ? new int[] {n, k} : new int[] {k, n};
                    return new Tensor[] {draw.normal(joined(sizes[0], a)), draw.normal(joined(sizes[1], b))};
                })
                .toList();
    }

    private static int[] joined(int[] first, int... second) {
        return IntStream.concat(Arrays.stream(first), Arrays.stream(second)).toArray();
    }

    /** Each element a sum of k products. */
    private static Definition product(Stored stored) {
        int rowDimension = stored == Stored.A_TRANSPOSED ? -1 : -2;
        int columnDimension = stored == Stored.B_TRANSPOSED ? -2 : -1;
        int innerDimension = stored == Stored.A_TRANSPOSED ? -2 : -1;
        return new Definition(
                x -> {
                    var batch = Definition.broadcast(batch(x[0]), batch(x[1])).toArray();
                    int[] sizes = joined(batch, x[0].size(rowDimension), x[1].size(columnDimension));
                    return Definition.tensor(Shape.of(sizes), index -> {
                        int row = index[index.length - 2];
                        int column = index[index.length - 1];
                        double sum = 0;
                        for (int i = 0; i < x[0].size(innerDimension); i++) {
                            double left = element(x[0], index, stored == Stored.A_TRANSPOSED, row, i);
                            sum += left * element(x[1], index, stored == Stored.B_TRANSPOSED, i, column);
                        }
                        return sum;
                    });
                },
                x -> x[0].size(innerDimension));
    }

    private static Shape batch(Tensor x) {
        return Shape.of(Arrays.copyOf(x.shape().toArray(), x.shape().rank() - 2));
    }

    /** An element of the matrix that broadcasts to an index of the result. */
    private static double element(Tensor x, int[] index, boolean transposed, int row, int column) {
        int rank = x.shape().rank();
        int[] own = new int[rank];
        for (int d = 3; d <= rank; d++) {
            own[rank - d] = x.size(-d) == 1 ? 0 : index[index.length - d];
        }
        own[rank - 2] = transposed ? column : row;
        own[rank - 1] = transposed ? row : column;
        return x.get(own);
    }

    /** Writes the products. */
    private interface Forward {
        void run(Tensor a, Tensor b, Tensor out);
    }

    /** Adds the gradients of both operands. */
    private interface Backward {
        void run(Tensor a, Tensor b, Tensor dOut, Tensor dA, Tensor dB);
    }

    private static Computation into(Forward forward, Backward backward, Computation fresh) {
        return new Computation(
                x -> {
                    var shape = fresh.definition().function().apply(x).shape();
                    return written(x[0], shape, out -> forward.run(x[0], x[1], out));
                },
                (dOut, x) -> InputGradients.ofAll(
                        x, gradients -> backward.run(x[0], x[1], dOut, gradients[0], gradients[1])),
                fresh.definition());
    }

    private Proof batchedMatmul() {
        var computation = into(Functional::batchedMatmul, Functional::batchedMatmulBackward, MATMUL);
        var a = Tensor.zeros(2, 3, 4);
        var b = Tensor.zeros(2, 4, 5);
        return Proof.named("Functional.batchedMatmul")
                .samplesOf(computation, pairs(draw, Stored.AS_IS))
                .refuses(
                        "batchedMatmul: inner dimensions differ, a (2, 3, 4), b (2, 5, 6)",
                        () -> Functional.batchedMatmul(a, Tensor.zeros(2, 5, 6), Tensor.zeros(2, 3, 6)))
                .refuses(
                        "batchedMatmul: batches do not broadcast, a (2, 3, 4), b (3, 4, 5): dimension -3 is 2 and 3",
                        () -> Functional.batchedMatmul(a, Tensor.zeros(3, 4, 5), Tensor.zeros(2, 3, 5)))
                .refuses(
                        "batchedMatmul: wants matrices or batches of them, a (2, 3, 4), b (4)",
                        () -> Functional.batchedMatmul(a, Tensor.zeros(4), Tensor.zeros(2, 3)))
                .refuses(
                        "batchedMatmul: out (3, 5) is not the shape of the product of a (2, 3, 4) and b (2, 4, 5)",
                        () -> Functional.batchedMatmul(a, b, Tensor.zeros(3, 5)))
                .refuses(
                        "batchedMatmul: wants FLOAT32, b (2, 4, 5) is FLOAT64",
                        () -> Functional.batchedMatmul(a, b.to(DType.FLOAT64), Tensor.zeros(2, 3, 5)))
                .refuses("batchedMatmul: out must not share the elements of a", () -> {
                    var square = Tensor.zeros(2, 4, 4);
                    Functional.batchedMatmul(square, Tensor.zeros(2, 4, 4), square);
                })
                .refuses(
                        "batchedMatmulBackward: dOut (2, 3, 4) is not the shape of the product of a (2, 3, 4) and b"
                                + " (2, 4, 5)",
                        () -> Functional.batchedMatmulBackward(a, b, Tensor.zeros(2, 3, 4), a, b))
                .refuses(
                        "batchedMatmulBackward: dB is FLOAT32 (4, 5), wants FLOAT32 (2, 4, 5)",
                        () -> Functional.batchedMatmulBackward(
                                a, b, Tensor.zeros(2, 3, 5), Tensor.zeros(2, 3, 4), Tensor.zeros(4, 5)))
                .refuses(
                        "batchedMatmulBackward: dA must not share the elements of a",
                        () -> Functional.batchedMatmulBackward(a, b, Tensor.zeros(2, 3, 5), a, Tensor.zeros(2, 4, 5)));
    }

    private Proof batchedMatmulTransposeA() {
        var computation = into(
                Functional::batchedMatmulTransposeA, Functional::batchedMatmulTransposeABackward, MATMUL_TRANSPOSE_A);
        return Proof.named("Functional.batchedMatmulTransposeA")
                .samplesOf(computation, pairs(draw, Stored.A_TRANSPOSED))
                .refuses(
                        "batchedMatmulTransposeA: dimensions before the last differ, a (2, 3, 4), b (2, 4, 5)",
                        () -> Functional.batchedMatmulTransposeA(
                                Tensor.zeros(2, 3, 4), Tensor.zeros(2, 4, 5), Tensor.zeros(2, 3, 5)));
    }

    private Proof batchedMatmulTransposeB() {
        var computation = into(
                Functional::batchedMatmulTransposeB, Functional::batchedMatmulTransposeBBackward, MATMUL_TRANSPOSE_B);
        return Proof.named("Functional.batchedMatmulTransposeB")
                .samplesOf(computation, pairs(draw, Stored.B_TRANSPOSED))
                .refuses(
                        "batchedMatmulTransposeB: last dimensions differ, a (2, 3, 4), b (2, 4, 5)",
                        () -> Functional.batchedMatmulTransposeB(
                                Tensor.zeros(2, 3, 4), Tensor.zeros(2, 4, 5), Tensor.zeros(2, 3, 5)));
    }
}
