package handgrad.kernel.recurrent;

import handgrad.kernel.matmul.MatrixProduct;
import handgrad.kernel.matmul.Product;
import handgrad.kernel.route.Form;
import handgrad.kernel.runtime.Parallel;

/**
 * The sizes and arrays of a recurrent layer, all {@code float[]} or all {@code double[]}: named arguments, of which a
 * pass takes up to a dozen. Each thread has one of these, which it fills anew for every pass, so that a step allocates
 * nothing.
 */
public final class RecurrentArrays {
    private static final ThreadLocal<RecurrentArrays> OF_THREAD = ThreadLocal.withInitial(RecurrentArrays::new);
    private static final Object NONE = new float[0];

    /** The gates of some sequences at the step that {@link #t} says. */
    @FunctionalInterface
    interface Loop {
        /** Does the sequences from one index to before another. */
        void run(RecurrentArrays arrays, int from, int to);
    }

    int batch;
    int steps;

    /** The width of a state. */
    int hidden;

    /** How many gates there are: a row of all of them has so many times the width of a state. */
    int gateCount;

    /** The step that the loops are at. */
    int t;

    /** Whether there is a {@link #bias}. */
    public boolean hasBias;

    /** (hidden, gateCount · hidden). */
    public Object weight = NONE;

    /** (gateCount · hidden). */
    public Object bias = NONE;

    /** (batch, hidden), as all that follows in this group: what one step hands to the next. */
    public Object state = NONE;

    public Object cell = NONE;

    /** In the backward pass: the gradients that come from the step after. */
    public Object dState = NONE;

    public Object dCell = NONE;

    /** The gradient of what the reset gate lets through, of one step. */
    public Object dReset = NONE;

    /** (batch, steps, gateCount · hidden), as all that follows in this group. */
    public Object gates = NONE;

    /** The product of the states with the weight, where it is not simply added. */
    public Object hiddenGates = NONE;

    public Object dGates = NONE;
    public Object dHiddenGates = NONE;

    /** (batch, steps, hidden), as all that follows: the states before each step. */
    public Object previous = NONE;

    public Object previousCells = NONE;

    /** The hyperbolic tangent of the cell after each step. */
    public Object tanhCells = NONE;

    /** What the reset gate lets through. */
    public Object reset = NONE;

    public Object out = NONE;
    public Object dOut = NONE;

    private RecurrentArrays() {}

    /** Those of this thread; they hold until its next call. */
    public static RecurrentArrays of(int batch, int steps, int hidden, int gateCount) {
        var arrays = OF_THREAD.get();
        arrays.batch = batch;
        arrays.steps = steps;
        arrays.hidden = hidden;
        arrays.gateCount = gateCount;
        arrays.hasBias = false;
        return arrays;
    }

    /** Lets go of the arrays, so that they may be collected. */
    void clear() {
        weight = NONE;
        bias = NONE;
        state = NONE;
        cell = NONE;
        dState = NONE;
        dCell = NONE;
        dReset = NONE;
        gates = NONE;
        hiddenGates = NONE;
        dGates = NONE;
        dHiddenGates = NONE;
        previous = NONE;
        previousCells = NONE;
        tanhCells = NONE;
        reset = NONE;
        out = NONE;
        dOut = NONE;
    }

    /** Where the gates of sequence n at this step begin. */
    int gatesAt(int n) {
        return (n * steps + t) * gateCount * hidden;
    }

    /** Where the state of sequence n at this step begins. */
    int at(int n) {
        return (n * steps + t) * hidden;
    }

    /** kept[:, t] = state, of any two arrays of one type. */
    void keep(Object state, Object kept) {
        for (int n = 0; n < batch; n++) {
            System.arraycopy(state, n * hidden, kept, at(n), hidden);
        }
    }

    /** Runs a loop over all sequences of this step; float32 is cut into blocks of sequences. */
    void eachSequence(Loop float32, Loop float64) {
        int blockRows = Parallel.rows(gateCount * hidden);
        if (weight instanceof double[]) {
            float64.run(this, 0, batch);
        } else if (batch <= blockRows) {
            float32.run(this, 0, batch);
        } else {
            Parallel.ranges(batch, blockRows, (from, to) -> float32.run(this, from, to));
        }
    }

    /** target[:, t] += state · weight, all gates of (batch, steps, gateCount · hidden). */
    void addProduct(Object target) {
        int columns = gateCount * hidden;
        multiply(
                Product.ofThread(Form.NN, batch, columns, hidden)
                        .c(t * columns, steps * columns)
                        .accumulate(true),
                state,
                weight,
                target);
    }

    /** dState = d[:, t] · weightᵀ, all gates, or dState += it. */
    void productBackward(Object d, boolean accumulate) {
        int columns = gateCount * hidden;
        multiply(
                Product.ofThread(Form.NT, batch, hidden, columns)
                        .a(t * columns, steps * columns)
                        .accumulate(accumulate),
                d,
                weight,
                dState);
    }

    /** The product of arrays that are all float[] or all double[]. */
    static void multiply(Product product, Object a, Object b, Object c) {
        if (c instanceof float[] floats) {
            MatrixProduct.multiply(product, (float[]) a, (float[]) b, floats);
        } else {
            MatrixProduct.multiply(product, (double[]) a, (double[]) b, (double[]) c);
        }
    }
}
