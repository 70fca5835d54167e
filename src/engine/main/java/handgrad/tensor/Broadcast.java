package handgrad.tensor;

import handgrad.kernel.BinaryOperation;
import handgrad.kernel.Elementwise;

/**
 * Walks two operands and a result of their broadcast shape. Neighbouring dimensions that both operands step through alike
 * become one, so that equal shapes are one loop and a row that is added to a matrix is one loop a row.
 */
final class Broadcast {
    private Broadcast() {}

    static void apply(BinaryOperation operation, Tensor a, Tensor b, Tensor out) {
        int rank = out.shape().rank();
        int[] sizes = new int[rank + 1];
        boolean[] aMoves = new boolean[rank + 1];
        boolean[] bMoves = new boolean[rank + 1];
        int groups = 0;
        for (int d = 0; d < rank; d++) {
            int size = out.shape().size(d);
            if (size == 1) {
                continue;
            }
            boolean aMove = sizeFromEnd(a.shape(), rank - d) != 1;
            boolean bMove = sizeFromEnd(b.shape(), rank - d) != 1;
            if (groups > 0 && aMove == aMoves[groups - 1] && bMove == bMoves[groups - 1]) {
                sizes[groups - 1] *= size;
            } else {
                sizes[groups] = size;
                aMoves[groups] = aMove;
                bMoves[groups] = bMove;
                groups++;
            }
        }
        if (groups == 0) {
            sizes[0] = 1;
            groups = 1;
        }
        new Walk(operation, a, b, out, sizes, aMoves, bMoves, groups - 1).run(0, 0, 0, 0);
    }

    private static int sizeFromEnd(Shape shape, int fromEnd) {
        return fromEnd > shape.rank() ? 1 : shape.size(-fromEnd);
    }

    /** The operation, its operands and the groups of dimensions to walk. */
    private static final class Walk {
        private final BinaryOperation operation;
        private final Tensor a;
        private final Tensor b;
        private final Tensor out;
        private final int[] sizes;
        private final boolean[] aMoves;
        private final boolean[] bMoves;
        private final int last;

        Walk(
                BinaryOperation operation,
                Tensor a,
                Tensor b,
                Tensor out,
                int[] sizes,
                boolean[] aMoves,
                boolean[] bMoves,
                int last) {
            this.operation = operation;
            this.a = a;
            this.b = b;
            this.out = out;
            this.sizes = sizes;
            this.aMoves = aMoves;
            this.bMoves = bMoves;
            this.last = last;
        }

        /** Walks group {@code group} and all inside it, from the given positions. */
        void run(int group, int aAt, int bAt, int outAt) {
            int size = sizes[group];
            if (group == last) {
                kernel(aAt, aMoves[group] ? 1 : 0, bAt, bMoves[group] ? 1 : 0, outAt, size);
                return;
            }
            int aStep = aMoves[group] ? steps(aMoves, group) : 0;
            int bStep = bMoves[group] ? steps(bMoves, group) : 0;
            int outStep = 1;
            for (int g = group + 1; g <= last; g++) {
                outStep *= sizes[g];
            }
            for (int i = 0; i < size; i++) {
                run(group + 1, aAt + i * aStep, bAt + i * bStep, outAt + i * outStep);
            }
        }

        /** The elements that an operand has inside one step of a group. */
        private int steps(boolean[] moves, int group) {
            int step = 1;
            for (int g = group + 1; g <= last; g++) {
                step *= moves[g] ? sizes[g] : 1;
            }
            return step;
        }

        private void kernel(int aAt, int aStride, int bAt, int bStride, int outAt, int n) {
            if (out.dtype() == DType.FLOAT32) {
                Elementwise.binary(
                        operation, a.floats(), aAt, aStride, b.floats(), bAt, bStride, out.floats(), outAt, n);
            } else {
                Elementwise.binary(
                        operation, a.doubles(), aAt, aStride, b.doubles(), bAt, bStride, out.doubles(), outAt, n);
            }
        }
    }
}
