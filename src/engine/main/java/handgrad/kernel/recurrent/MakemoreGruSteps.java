package handgrad.kernel.recurrent;

import handgrad.kernel.Elementwise;
import handgrad.kernel.UnaryOperation;
import handgrad.kernel.matmul.Product;
import handgrad.kernel.route.Form;

/** The recurrence of makemore's GRU: gates z, r and h̄ side by side, where r applies before the product. */
public final class MakemoreGruSteps {
    private static final int GATES = 3;

    private static final RecurrentArrays.Loop RESET = (arrays, from, to) -> {
        float[] gates = (float[]) arrays.gates;
        float[] state = (float[]) arrays.state;
        float[] reset = (float[]) arrays.reset;
        int hidden = arrays.hidden;
        for (int n = from; n < to; n++) {
            int z = arrays.gatesAt(n);
            int r = z + hidden;
            Elementwise.sigmoid(gates, gates, z, r + hidden);
            int at = arrays.at(n);
            for (int j = 0; j < hidden; j++) {
                reset[at + j] = gates[r + j] * state[n * hidden + j];
            }
        }
    };

    private static final RecurrentArrays.Loop RESET_DOUBLE = (arrays, from, to) -> {
        double[] gates = (double[]) arrays.gates;
        double[] state = (double[]) arrays.state;
        double[] reset = (double[]) arrays.reset;
        int hidden = arrays.hidden;
        for (int n = from; n < to; n++) {
            int z = arrays.gatesAt(n);
            int r = z + hidden;
            int at = arrays.at(n);
            for (int j = 0; j < hidden; j++) {
                gates[z + j] = UnaryOperation.sigmoid(gates[z + j]);
                gates[r + j] = UnaryOperation.sigmoid(gates[r + j]);
                reset[at + j] = gates[r + j] * state[n * hidden + j];
            }
        }
    };

    private static final RecurrentArrays.Loop UPDATE = (arrays, from, to) -> {
        float[] gates = (float[]) arrays.gates;
        float[] state = (float[]) arrays.state;
        float[] out = (float[]) arrays.out;
        int hidden = arrays.hidden;
        for (int n = from; n < to; n++) {
            int z = arrays.gatesAt(n);
            int candidate = z + 2 * hidden;
            Elementwise.tanh(gates, gates, candidate, candidate + hidden);
            int at = arrays.at(n);
            int s = n * hidden;
            for (int j = 0; j < hidden; j++) {
                out[at + j] = (1 - gates[z + j]) * state[s + j] + gates[z + j] * gates[candidate + j];
            }
            System.arraycopy(out, at, state, s, hidden);
        }
    };

    private static final RecurrentArrays.Loop UPDATE_DOUBLE = (arrays, from, to) -> {
        double[] gates = (double[]) arrays.gates;
        double[] state = (double[]) arrays.state;
        double[] out = (double[]) arrays.out;
        int hidden = arrays.hidden;
        for (int n = from; n < to; n++) {
            int z = arrays.gatesAt(n);
            int candidate = z + 2 * hidden;
            int at = arrays.at(n);
            int s = n * hidden;
            for (int j = 0; j < hidden; j++) {
                gates[candidate + j] = StrictMath.tanh(gates[candidate + j]);
                out[at + j] = (1 - gates[z + j]) * state[s + j] + gates[z + j] * gates[candidate + j];
                state[s + j] = out[at + j];
            }
        }
    };

    private static final RecurrentArrays.Loop UPDATE_BACKWARD = (arrays, from, to) -> {
        float[] gates = (float[]) arrays.gates;
        float[] previous = (float[]) arrays.previous;
        float[] dOut = (float[]) arrays.dOut;
        float[] dState = (float[]) arrays.dState;
        float[] dGates = (float[]) arrays.dGates;
        int hidden = arrays.hidden;
        for (int n = from; n < to; n++) {
            int z = arrays.gatesAt(n);
            int c = z + 2 * hidden;
            int at = arrays.at(n);
            int s = n * hidden;
            for (int j = 0; j < hidden; j++) {
                float d = dOut[at + j] + dState[s + j];
                float update = gates[z + j];
                float candidate = gates[c + j];
                dGates[c + j] = d * update * (1 - candidate * candidate);
                dGates[z + j] = d * (candidate - previous[at + j]) * update * (1 - update);
                dState[s + j] = d * (1 - update);
            }
        }
    };

    private static final RecurrentArrays.Loop UPDATE_BACKWARD_DOUBLE = (arrays, from, to) -> {
        double[] gates = (double[]) arrays.gates;
        double[] previous = (double[]) arrays.previous;
        double[] dOut = (double[]) arrays.dOut;
        double[] dState = (double[]) arrays.dState;
        double[] dGates = (double[]) arrays.dGates;
        int hidden = arrays.hidden;
        for (int n = from; n < to; n++) {
            int z = arrays.gatesAt(n);
            int c = z + 2 * hidden;
            int at = arrays.at(n);
            int s = n * hidden;
            for (int j = 0; j < hidden; j++) {
                double d = dOut[at + j] + dState[s + j];
                double update = gates[z + j];
                double candidate = gates[c + j];
                dGates[c + j] = d * update * (1 - candidate * candidate);
                dGates[z + j] = d * (candidate - previous[at + j]) * update * (1 - update);
                dState[s + j] = d * (1 - update);
            }
        }
    };

    private static final RecurrentArrays.Loop RESET_BACKWARD = (arrays, from, to) -> {
        float[] gates = (float[]) arrays.gates;
        float[] previous = (float[]) arrays.previous;
        float[] dReset = (float[]) arrays.dReset;
        float[] dState = (float[]) arrays.dState;
        float[] dGates = (float[]) arrays.dGates;
        int hidden = arrays.hidden;
        for (int n = from; n < to; n++) {
            int r = arrays.gatesAt(n) + hidden;
            int at = arrays.at(n);
            int s = n * hidden;
            for (int j = 0; j < hidden; j++) {
                float reset = gates[r + j];
                dGates[r + j] = dReset[s + j] * previous[at + j] * reset * (1 - reset);
                dState[s + j] += dReset[s + j] * reset;
            }
        }
    };

    private static final RecurrentArrays.Loop RESET_BACKWARD_DOUBLE = (arrays, from, to) -> {
        double[] gates = (double[]) arrays.gates;
        double[] previous = (double[]) arrays.previous;
        double[] dReset = (double[]) arrays.dReset;
        double[] dState = (double[]) arrays.dState;
        double[] dGates = (double[]) arrays.dGates;
        int hidden = arrays.hidden;
        for (int n = from; n < to; n++) {
            int r = arrays.gatesAt(n) + hidden;
            int at = arrays.at(n);
            int s = n * hidden;
            for (int j = 0; j < hidden; j++) {
                double reset = gates[r + j];
                dGates[r + j] = dReset[s + j] * previous[at + j] * reset * (1 - reset);
                dState[s + j] += dReset[s + j] * reset;
            }
        }
    };

    private MakemoreGruSteps() {}

    /**
     * With gates a on entry and the weight's columns U_z, U_r and U_h:
     *
     * <pre>
     * z = σ(a_z + state · U_z);  r = σ(a_r + state · U_r);  reset = r ∘ state
     * h̄ = tanh(a_h + reset · U_h);  out = (1 - z) ∘ state + z ∘ h̄
     * </pre>
     *
     * <p>Out is the state of the next step. Gates are z, r and h̄ in the end, state is that after the last step;
     * previous gets those before each, reset what its name says.
     */
    public static void forward(RecurrentArrays arrays) {
        int hidden = arrays.hidden;
        int columns = GATES * hidden;
        for (arrays.t = 0; arrays.t < arrays.steps; arrays.t++) {
            arrays.keep(arrays.state, arrays.previous);
            RecurrentArrays.multiply(
                    Product.ofThread(Form.NN, arrays.batch, 2 * hidden, hidden)
                            .b(0, columns)
                            .c(arrays.t * columns, arrays.steps * columns)
                            .accumulate(true),
                    arrays.state,
                    arrays.weight,
                    arrays.gates);
            arrays.eachSequence(RESET, RESET_DOUBLE);
            RecurrentArrays.multiply(
                    Product.ofThread(Form.NN, arrays.batch, hidden, hidden)
                            .a(arrays.t * hidden, arrays.steps * hidden)
                            .b(2 * hidden, columns)
                            .c(arrays.t * columns + 2 * hidden, arrays.steps * columns)
                            .accumulate(true),
                    arrays.reset,
                    arrays.weight,
                    arrays.gates);
            arrays.eachSequence(UPDATE, UPDATE_DOUBLE);
        }
        arrays.clear();
    }

    /**
     * From the last step to the first, with d = dOut + dState and h the state before the step:
     *
     * <pre>
     * da_h = d ∘ z ∘ (1 - h̄²);  da_z = d ∘ (h̄ - h) ∘ z ∘ (1 - z);  dReset = da_h · U_hᵀ
     * da_r = dReset ∘ h ∘ r ∘ (1 - r);  dState = d ∘ (1 - z) + dReset ∘ r + da_z · U_zᵀ + da_r · U_rᵀ
     * </pre>
     */
    public static void backward(RecurrentArrays arrays) {
        int hidden = arrays.hidden;
        int columns = GATES * hidden;
        for (arrays.t = arrays.steps - 1; arrays.t >= 0; arrays.t--) {
            arrays.eachSequence(UPDATE_BACKWARD, UPDATE_BACKWARD_DOUBLE);
            RecurrentArrays.multiply(
                    Product.ofThread(Form.NT, arrays.batch, hidden, hidden)
                            .a(arrays.t * columns + 2 * hidden, arrays.steps * columns)
                            .b(2 * hidden, columns),
                    arrays.dGates,
                    arrays.weight,
                    arrays.dReset);
            arrays.eachSequence(RESET_BACKWARD, RESET_BACKWARD_DOUBLE);
            RecurrentArrays.multiply(
                    Product.ofThread(Form.NT, arrays.batch, hidden, 2 * hidden)
                            .a(arrays.t * columns, arrays.steps * columns)
                            .b(0, columns)
                            .accumulate(true),
                    arrays.dGates,
                    arrays.weight,
                    arrays.dState);
        }
        arrays.clear();
    }

    /**
     * dU_z += previousᵀ · da_z, dU_r += previousᵀ · da_r, dU_h += resetᵀ · da_h, each over all steps at once.
     *
     * @param dWeight (hidden, 3 · hidden)
     */
    public static void backwardWeight(RecurrentArrays arrays, Object dWeight) {
        int hidden = arrays.hidden;
        int columns = GATES * hidden;
        int rows = arrays.batch * arrays.steps;
        RecurrentArrays.multiply(
                Product.ofThread(Form.TN, hidden, 2 * hidden, rows)
                        .b(0, columns)
                        .c(0, columns)
                        .accumulate(true),
                arrays.previous,
                arrays.dGates,
                dWeight);
        RecurrentArrays.multiply(
                Product.ofThread(Form.TN, hidden, hidden, rows)
                        .b(2 * hidden, columns)
                        .c(2 * hidden, columns)
                        .accumulate(true),
                arrays.reset,
                arrays.dGates,
                dWeight);
        arrays.clear();
    }
}
