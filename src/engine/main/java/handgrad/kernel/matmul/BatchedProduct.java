package handgrad.kernel.matmul;

import handgrad.kernel.route.Form;
import handgrad.kernel.route.Route;
import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.VectorSupport;
import java.util.Arrays;

/**
 * Many matrix products of one size: C[i] = op(A[i]) op(B[i]), or C[i] += op(A[i]) op(B[i]), where i runs over the
 * dimensions of a batch. A matrix that lacks a dimension is the same one all along it. Where C lacks it, the products
 * are added to it one after the other, in their order.
 *
 * <p><b>Threads.</b> A batch is cut into blocks of matrices C of about as much work as a block of one large product.
 * Only a few large products are done one after the other, each cut by itself. The cut follows from the sizes alone, and
 * so the bits do not depend on the number of threads.
 *
 * <p><b>Route.</b> Each product goes to Java or to OpenBLAS as any other. In blocks that threads share all go to Java,
 * if it has vectors: threads whose calls of OpenBLAS take turns would wait for each other.
 *
 * <p>It is reused, so that a batch allocates nothing but the task of more than one block.
 */
public final class BatchedProduct {
    private static final ThreadLocal<BatchedProduct> OF_THREAD = ThreadLocal.withInitial(BatchedProduct::new);

    /** Matrices C from which on a batch has enough for the threads, however large its products are. */
    private static final int MANY = 32;

    private Form form = Form.NN;
    private int m;
    private int n;
    private int k;
    private boolean accumulate;

    /** The matrices of A, B and C in the dimensions so far. */
    private int aCount;

    private int bCount;
    private int cCount;

    /** The dimensions that C has, and those along which products are added to one C; innermost first. */
    private final Dimensions kept = new Dimensions();

    private final Dimensions added = new Dimensions();

    private BatchedProduct() {}

    /** Sizes of dimensions, and how many elements each operand moves on in a step along one. */
    private static final class Dimensions {
        int rank;
        int[] sizes = new int[4];
        int[] aSteps = new int[4];
        int[] bSteps = new int[4];
        int[] cSteps = new int[4];

        void add(int size, int aStep, int bStep, int cStep) {
            if (rank == sizes.length) {
                sizes = Arrays.copyOf(sizes, 2 * rank);
                aSteps = Arrays.copyOf(aSteps, 2 * rank);
                bSteps = Arrays.copyOf(bSteps, 2 * rank);
                cSteps = Arrays.copyOf(cSteps, 2 * rank);
            }
            sizes[rank] = size;
            aSteps[rank] = aStep;
            bSteps[rank] = bStep;
            cSteps[rank] = cStep;
            rank++;
        }

        /** The number of places. */
        int count() {
            int count = 1;
            for (int d = 0; d < rank; d++) {
                count *= sizes[d];
            }
            return count;
        }

        /** How far an operand has moved on at a place. */
        int offset(int place, int[] steps) {
            int offset = 0;
            int rest = place;
            for (int d = 0; d < rank; d++) {
                offset += rest % sizes[d] * steps[d];
                rest /= sizes[d];
            }
            return offset;
        }
    }

    /**
     * This thread's batch, without dimensions: a single product. It is the same object each time: multiply by it before
     * asking for the next.
     *
     * @param form how each A and B are stored
     * @param m the rows of a C
     * @param n the columns of a C
     * @param k the elements of a sum
     * @param accumulate whether the products are added to C; so they must be where C lacks a dimension
     */
    public static BatchedProduct ofThread(Form form, int m, int n, int k, boolean accumulate) {
        var batch = OF_THREAD.get();
        batch.form = form;
        batch.m = m;
        batch.n = n;
        batch.k = k;
        batch.accumulate = accumulate;
        batch.aCount = 1;
        batch.bCount = 1;
        batch.cCount = 1;
        batch.kept.rank = 0;
        batch.added.rank = 0;
        return batch;
    }

    /** Puts a dimension before those there are, with the operands that have it; the others repeat their matrix. */
    public void addDimension(int size, boolean hasA, boolean hasB, boolean hasC) {
        var dimensions = hasC ? kept : added;
        dimensions.add(size, hasA ? aCount * m * k : 0, hasB ? bCount * k * n : 0, hasC ? cCount * m * n : 0);
        aCount *= hasA ? size : 1;
        bCount *= hasB ? size : 1;
        cCount *= hasC ? size : 1;
    }

    /** Multiplies; the arrays are all float[] or all double[], each filled by its matrices. */
    public void multiply(Object a, Object b, Object c) {
        int matrices = kept.count();
        long work = Math.max(1, (long) m * n * k * added.count());
        int block = Math.clamp(Route.JAVA_BLOCK_WORK / work, 1, Integer.MAX_VALUE);
        boolean apart = matrices < MANY && work > Route.JAVA_BLOCK_WORK;
        if (apart || matrices <= block) {
            multiply(false, a, b, c, 0, matrices);
        } else {
            Parallel.ranges(matrices, block, (from, to) -> multiply(VectorSupport.ENABLED, a, b, c, from, to));
        }
    }

    /** The products of the matrices C from one to before another. */
    private void multiply(boolean inJava, Object a, Object b, Object c, int from, int to) {
        int terms = added.count();
        for (int matrix = from; matrix < to; matrix++) {
            int aStart = kept.offset(matrix, kept.aSteps);
            int bStart = kept.offset(matrix, kept.bSteps);
            int cStart = kept.offset(matrix, kept.cSteps);
            for (int term = 0; term < terms; term++) {
                var product = Product.ofThread(form, m, n, k).accumulate(accumulate);
                product.aOffset = aStart + added.offset(term, added.aSteps);
                product.bOffset = bStart + added.offset(term, added.bSteps);
                product.cOffset = cStart;
                if (!(c instanceof float[] floats)) {
                    MatrixProduct.multiply(product, (double[]) a, (double[]) b, (double[]) c);
                } else if (inJava) {
                    MatrixProduct.multiply(Route.JAVA, product, (float[]) a, (float[]) b, floats);
                } else {
                    MatrixProduct.multiply(product, (float[]) a, (float[]) b, floats);
                }
            }
        }
    }
}
