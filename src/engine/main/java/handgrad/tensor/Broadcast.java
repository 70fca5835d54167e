package handgrad.tensor;

import handgrad.kernel.BinaryLoop;
import handgrad.kernel.BinaryOperation;

/**
 * An elementwise operation of two tensors of different shapes. Neighbouring dimensions that an operand either has in
 * full or repeats are merged into one: two equal shapes become a single loop, and a row that is added to a matrix one
 * loop a row.
 */
final class Broadcast {
    private final BinaryLoop loop;

    /** The sizes of the merged dimensions, outermost first, and how far each operand moves on in a step of one. */
    private final int[] sizes;

    private final int[] aSteps;
    private final int[] bSteps;
    private final int[] outSteps;
    private int last = -1;

    private Broadcast(BinaryOperation operation, Tensor a, Tensor b, Tensor out) {
        loop = new BinaryLoop(operation, a.elements(), b.elements(), out.elements());
        int rank = out.shape().rank();
        sizes = new int[rank + 1];
        // 1 where the operand moves with the dimension, 0 where it repeats its one element.
        aSteps = new int[rank + 1];
        bSteps = new int[rank + 1];
        outSteps = new int[rank + 1];
        for (int d = 0; d < rank; d++) {
            int size = out.shape().size(d);
            if (size == 1) {
                continue;
            }
            int aStep = sizeFromEnd(a.shape(), rank - d) == 1 ? 0 : 1;
            int bStep = sizeFromEnd(b.shape(), rank - d) == 1 ? 0 : 1;
            if (last >= 0 && aStep == aSteps[last] && bStep == bSteps[last]) {
                sizes[last] *= size;
            } else {
                last++;
                sizes[last] = size;
                aSteps[last] = aStep;
                bSteps[last] = bStep;
            }
        }
        if (last < 0) {
            last = 0;
            sizes[0] = 1;
        }
        int aElements = 1;
        int bElements = 1;
        int outElements = 1;
        for (int d = last; d >= 0; d--) {
            int aSize = aSteps[d] == 0 ? 1 : sizes[d];
            int bSize = bSteps[d] == 0 ? 1 : sizes[d];
            aSteps[d] *= aElements;
            bSteps[d] *= bElements;
            outSteps[d] = outElements;
            aElements *= aSize;
            bElements *= bSize;
            outElements *= sizes[d];
        }
    }

    /** out = operation(a, b), where out has the shape that a and b broadcast to; out may be a. */
    static void apply(BinaryOperation operation, Tensor a, Tensor b, Tensor out) {
        new Broadcast(operation, a, b, out).run(0, 0, 0, 0);
    }

    private static int sizeFromEnd(Shape shape, int fromEnd) {
        return fromEnd > shape.rank() ? 1 : shape.size(-fromEnd);
    }

    /** Runs through a dimension and all inside it, from the given positions. */
    private void run(int dimension, int aAt, int bAt, int outAt) {
        int size = sizes[dimension];
        if (dimension == last) {
            loop.run(aAt, aSteps[last] != 0, bAt, bSteps[last] != 0, outAt, size);
            return;
        }
        for (int i = 0; i < size; i++) {
            run(
                    dimension + 1,
                    aAt + i * aSteps[dimension],
                    bAt + i * bSteps[dimension],
                    outAt + i * outSteps[dimension]);
        }
    }
}
