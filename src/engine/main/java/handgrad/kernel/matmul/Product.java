package handgrad.kernel.matmul;

import handgrad.kernel.route.Form;

/**
 * One matrix product, all but its arrays: C = op(A) op(B), or C += op(A) op(B). op(A) is (m, k), op(B) is (k, n) and C
 * is (m, n), row-major; op transposes where the {@link Form} says so. Each matrix may lie inside a larger one: it has
 * an offset, and a distance from one of its rows as stored to the next (lda, ldb, ldc in BLAS).
 *
 * <p>It is reused, so that a product allocates nothing, and holds no arrays: a reused object would keep the last ones
 * from being collected, and to write a reference into an old object costs a small product more than all its integers.
 */
public final class Product {
    Form form = Form.NN;
    int m;
    int n;
    int k;
    int aOffset;
    int lda;
    int bOffset;
    int ldb;
    int cOffset;
    int ldc;

    /** Whether the product is added to C; else C is only written, whatever it holds. */
    boolean accumulate;

    /** The panel that the thread is at that multiplies this block: no two threads multiply the same one. */
    final Panel panel = new Panel();

    Product() {}

    /**
     * This thread's product, set to C = op(A) op(B) for matrices that fill their arrays. It is the same object each
     * time: multiply by it before asking for the next.
     *
     * @param form how A and B are stored
     * @param m the rows of C
     * @param n the columns of C
     * @param k the elements of a sum
     */
    public static Product ofThread(Form form, int m, int n, int k) {
        return Workspace.ofThread().asked.set(form, m, n, k);
    }

    /** Sets A's first element and the distance between its rows as stored. */
    public Product a(int offset, int ld) {
        aOffset = offset;
        lda = ld;
        return this;
    }

    /** Sets B's first element and the distance between its rows as stored. */
    public Product b(int offset, int ld) {
        bOffset = offset;
        ldb = ld;
        return this;
    }

    /** Sets C's first element and the distance between its rows. */
    public Product c(int offset, int ld) {
        cOffset = offset;
        ldc = ld;
        return this;
    }

    /** Sets whether the product is added to C. */
    public Product accumulate(boolean on) {
        accumulate = on;
        return this;
    }

    /** Sets everything: matrices that fill their arrays, and C only written. */
    Product set(Form form, int m, int n, int k) {
        this.form = form;
        this.m = m;
        this.n = n;
        this.k = k;
        return a(0, form.transposesA() ? m : k)
                .b(0, form.transposesB() ? k : n)
                .c(0, n)
                .accumulate(false);
    }

    /**
     * Sets this to a block of another product: {@code rows} rows of C from row i on and {@code columns} of its columns
     * from j on, and of each sum {@code depth} elements from p on.
     */
    Product setBlock(Product whole, int i, int rows, int j, int columns, int p, int depth) {
        form = whole.form;
        m = rows;
        n = columns;
        k = depth;
        return a(whole.indexOfA(i, p), whole.lda)
                .b(whole.indexOfB(p, j), whole.ldb)
                .c(whole.cOffset + i * whole.ldc + j, whole.ldc)
                .accumulate(whole.accumulate || p > 0);
    }

    /** From a row of op(A) to the next. */
    int aRow() {
        return form.transposesA() ? 1 : lda;
    }

    /** From a column of op(A) to the next. */
    int aColumn() {
        return form.transposesA() ? lda : 1;
    }

    /** Where op(A)[i, p] lies. */
    int indexOfA(int i, int p) {
        return aOffset + i * aRow() + p * aColumn();
    }

    /** Where op(B)[p, j] lies. */
    int indexOfB(int p, int j) {
        return bOffset + (form.transposesB() ? j * ldb + p : p * ldb + j);
    }
}
