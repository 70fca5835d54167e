package handgrad.kernel.recurrent;

import handgrad.kernel.Elementwise;
import handgrad.kernel.Rows;
import handgrad.kernel.UnaryOperation;
import java.util.Arrays;

/** The recurrence of PyTorch's GRU: gates r, z and n side by side, where r applies behind the product. */
public final class GruSteps {
    private static final int GATES = 3;

    private static final RecurrentArrays.Loop STEP = (arrays, from, to) -> {
        float[] gates = (float[]) arrays.gates;
        float[] product = (float[]) arrays.hiddenGates;
        float[] state = (float[]) arrays.state;
        float[] out = (float[]) arrays.out;
        int hidden = arrays.hidden;
        for (int i = from; i < to; i++) {
            int r = arrays.gatesAt(i);
            int z = r + hidden;
            int n = z + hidden;
            for (int j = r; j < n; j++) {
                gates[j] += product[j];
            }
            Elementwise.sigmoid(gates, gates, r, n);
            for (int j = 0; j < hidden; j++) {
                gates[n + j] += gates[r + j] * product[n + j];
            }
            Elementwise.tanh(gates, gates, n, n + hidden);
            int at = arrays.at(i);
            int s = i * hidden;
            for (int j = 0; j < hidden; j++) {
                out[at + j] = (1 - gates[z + j]) * gates[n + j] + gates[z + j] * state[s + j];
            }
            System.arraycopy(out, at, state, s, hidden);
        }
    };

    private static final RecurrentArrays.Loop STEP_DOUBLE = (arrays, from, to) -> {
        double[] gates = (double[]) arrays.gates;
        double[] product = (double[]) arrays.hiddenGates;
        double[] state = (double[]) arrays.state;
        double[] out = (double[]) arrays.out;
        int hidden = arrays.hidden;
        for (int i = from; i < to; i++) {
            int r = arrays.gatesAt(i);
            int z = r + hidden;
            int n = z + hidden;
            int at = arrays.at(i);
            int s = i * hidden;
            for (int j = 0; j < hidden; j++) {
                gates[r + j] = UnaryOperation.sigmoid(gates[r + j] + product[r + j]);
                gates[z + j] = UnaryOperation.sigmoid(gates[z + j] + product[z + j]);
                gates[n + j] = StrictMath.tanh(gates[n + j] + gates[r + j] * product[n + j]);
                out[at + j] = (1 - gates[z + j]) * gates[n + j] + gates[z + j] * state[s + j];
                state[s + j] = out[at + j];
            }
        }
    };

    private static final RecurrentArrays.Loop BACKWARD = (arrays, from, to) -> {
        float[] gates = (float[]) arrays.gates;
        float[] product = (float[]) arrays.hiddenGates;
        float[] previous = (float[]) arrays.previous;
        float[] dOut = (float[]) arrays.dOut;
        float[] dState = (float[]) arrays.dState;
        float[] dGates = (float[]) arrays.dGates;
        float[] dProduct = (float[]) arrays.dHiddenGates;
        int hidden = arrays.hidden;
        for (int i = from; i < to; i++) {
            int r = arrays.gatesAt(i);
            int z = r + hidden;
            int n = z + hidden;
            int at = arrays.at(i);
            int s = i * hidden;
            for (int j = 0; j < hidden; j++) {
                float d = dOut[at + j] + dState[s + j];
                float reset = gates[r + j];
                float update = gates[z + j];
                float candidate = gates[n + j];
                float dn = d * (1 - update) * (1 - candidate * candidate);
                float dz = d * (previous[at + j] - candidate) * update * (1 - update);
                float dr = dn * product[n + j] * reset * (1 - reset);
                dGates[r + j] = dr;
                dGates[z + j] = dz;
                dGates[n + j] = dn;
                dProduct[r + j] = dr;
                dProduct[z + j] = dz;
                dProduct[n + j] = dn * reset;
                dState[s + j] = d * update;
            }
        }
    };

    private static final RecurrentArrays.Loop BACKWARD_DOUBLE = (arrays, from, to) -> {
        double[] gates = (double[]) arrays.gates;
        double[] product = (double[]) arrays.hiddenGates;
        double[] previous = (double[]) arrays.previous;
        double[] dOut = (double[]) arrays.dOut;
        double[] dState = (double[]) arrays.dState;
        double[] dGates = (double[]) arrays.dGates;
        double[] dProduct = (double[]) arrays.dHiddenGates;
        int hidden = arrays.hidden;
        for (int i = from; i < to; i++) {
            int r = arrays.gatesAt(i);
            int z = r + hidden;
            int n = z + hidden;
            int at = arrays.at(i);
            int s = i * hidden;
            for (int j = 0; j < hidden; j++) {
                double d = dOut[at + j] + dState[s + j];
                double reset = gates[r + j];
                double update = gates[z + j];
                double candidate = gates[n + j];
                double dn = d * (1 - update) * (1 - candidate * candidate);
                double dz = d * (previous[at + j] - candidate) * update * (1 - update);
                double dr = dn * product[n + j] * reset * (1 - reset);
                dGates[r + j] = dr;
                dGates[z + j] = dz;
                dGates[n + j] = dn;
                dProduct[r + j] = dr;
                dProduct[z + j] = dz;
                dProduct[n + j] = dn * reset;
                dState[s + j] = d * update;
            }
        }
    };

    private GruSteps() {}

    /**
     * With p = state · weight + bias, which hiddenGates keeps, and gates a on entry:
     *
     * <pre>
     * r = σ(a_r + p_r);  z = σ(a_z + p_z);  n = tanh(a_n + r ∘ p_n);  out = (1 - z) ∘ n + z ∘ state
     * </pre>
     *
     * <p>Out is the state of the next step. Gates are r, z and n in the end, state is that after the last step, and
     * previous gets those before each.
     */
    public static void forward(RecurrentArrays arrays) {
        int columns = GATES * arrays.hidden;
        int rows = arrays.batch * arrays.steps;
        if (arrays.hasBias) {
            Rows.fill(arrays.bias, columns, arrays.hiddenGates, rows);
        } else if (arrays.hiddenGates instanceof float[] floats) {
            Arrays.fill(floats, 0, rows * columns, 0);
        } else {
            Arrays.fill((double[]) arrays.hiddenGates, 0, rows * columns, 0);
        }
        for (arrays.t = 0; arrays.t < arrays.steps; arrays.t++) {
            arrays.keep(arrays.state, arrays.previous);
            arrays.addProduct(arrays.hiddenGates);
            arrays.eachSequence(STEP, STEP_DOUBLE);
        }
        arrays.clear();
    }

    /**
     * From the last step to the first, with d = dOut + dState, and a's gradient as dGates, p's as dHiddenGates:
     *
     * <pre>
     * da_n = d ∘ (1 - z) ∘ (1 - n²);  da_z = d ∘ (previous - n) ∘ z ∘ (1 - z);  da_r = da_n ∘ p_n ∘ r ∘ (1 - r)
     * dp_r = da_r;  dp_z = da_z;  dp_n = da_n ∘ r;  dState = d ∘ z + dp · weightᵀ
     * </pre>
     */
    public static void backward(RecurrentArrays arrays) {
        for (arrays.t = arrays.steps - 1; arrays.t >= 0; arrays.t--) {
            arrays.eachSequence(BACKWARD, BACKWARD_DOUBLE);
            arrays.productBackward(arrays.dHiddenGates, true);
        }
        arrays.clear();
    }
}
