package handgrad.kernel.recurrent;

import handgrad.kernel.Elementwise;
import handgrad.kernel.UnaryOperation;

/** The recurrence of PyTorch's LSTM: gates i, f, g and o side by side. */
public final class LstmSteps {
    private static final RecurrentArrays.Loop STEP = (arrays, from, to) -> {
        float[] gates = (float[]) arrays.gates;
        float[] state = (float[]) arrays.state;
        float[] cell = (float[]) arrays.cell;
        float[] tanhCells = (float[]) arrays.tanhCells;
        float[] out = (float[]) arrays.out;
        int hidden = arrays.hidden;
        for (int row = from; row < to; row++) {
            int i = arrays.gatesAt(row);
            int f = i + hidden;
            int g = f + hidden;
            int o = g + hidden;
            if (arrays.hasBias) {
                float[] bias = (float[]) arrays.bias;
                for (int j = 0; j < bias.length; j++) {
                    gates[i + j] += bias[j];
                }
            }
            Elementwise.sigmoid(gates, gates, i, g);
            Elementwise.tanh(gates, gates, g, o);
            Elementwise.sigmoid(gates, gates, o, o + hidden);
            int at = arrays.at(row);
            int s = row * hidden;
            for (int j = 0; j < hidden; j++) {
                cell[s + j] = gates[f + j] * cell[s + j] + gates[i + j] * gates[g + j];
            }
            System.arraycopy(cell, s, tanhCells, at, hidden);
            Elementwise.tanh(tanhCells, tanhCells, at, at + hidden);
            for (int j = 0; j < hidden; j++) {
                out[at + j] = gates[o + j] * tanhCells[at + j];
            }
            System.arraycopy(out, at, state, s, hidden);
        }
    };

    private static final RecurrentArrays.Loop STEP_DOUBLE = (arrays, from, to) -> {
        double[] gates = (double[]) arrays.gates;
        double[] state = (double[]) arrays.state;
        double[] cell = (double[]) arrays.cell;
        double[] tanhCells = (double[]) arrays.tanhCells;
        double[] out = (double[]) arrays.out;
        int hidden = arrays.hidden;
        for (int row = from; row < to; row++) {
            int i = arrays.gatesAt(row);
            int f = i + hidden;
            int g = f + hidden;
            int o = g + hidden;
            if (arrays.hasBias) {
                double[] bias = (double[]) arrays.bias;
                for (int j = 0; j < bias.length; j++) {
                    gates[i + j] += bias[j];
                }
            }
            int at = arrays.at(row);
            int s = row * hidden;
            for (int j = 0; j < hidden; j++) {
                gates[i + j] = UnaryOperation.sigmoid(gates[i + j]);
                gates[f + j] = UnaryOperation.sigmoid(gates[f + j]);
                gates[g + j] = StrictMath.tanh(gates[g + j]);
                gates[o + j] = UnaryOperation.sigmoid(gates[o + j]);
                cell[s + j] = gates[f + j] * cell[s + j] + gates[i + j] * gates[g + j];
                tanhCells[at + j] = StrictMath.tanh(cell[s + j]);
                out[at + j] = gates[o + j] * tanhCells[at + j];
                state[s + j] = out[at + j];
            }
        }
    };

    private static final RecurrentArrays.Loop BACKWARD = (arrays, from, to) -> {
        float[] gates = (float[]) arrays.gates;
        float[] previous = (float[]) arrays.previousCells;
        float[] tanhCells = (float[]) arrays.tanhCells;
        float[] dOut = (float[]) arrays.dOut;
        float[] dState = (float[]) arrays.dState;
        float[] dCell = (float[]) arrays.dCell;
        float[] dGates = (float[]) arrays.dGates;
        int hidden = arrays.hidden;
        for (int row = from; row < to; row++) {
            int i = arrays.gatesAt(row);
            int f = i + hidden;
            int g = f + hidden;
            int o = g + hidden;
            int at = arrays.at(row);
            int s = row * hidden;
            for (int j = 0; j < hidden; j++) {
                float input = gates[i + j];
                float forget = gates[f + j];
                float candidate = gates[g + j];
                float output = gates[o + j];
                float tanh = tanhCells[at + j];
                float d = dOut[at + j] + dState[s + j];
                float dc = dCell[s + j] + d * output * (1 - tanh * tanh);
                dGates[i + j] = dc * candidate * input * (1 - input);
                dGates[f + j] = dc * previous[at + j] * forget * (1 - forget);
                dGates[g + j] = dc * input * (1 - candidate * candidate);
                dGates[o + j] = d * tanh * output * (1 - output);
                dCell[s + j] = dc * forget;
            }
        }
    };

    private static final RecurrentArrays.Loop BACKWARD_DOUBLE = (arrays, from, to) -> {
        double[] gates = (double[]) arrays.gates;
        double[] previous = (double[]) arrays.previousCells;
        double[] tanhCells = (double[]) arrays.tanhCells;
        double[] dOut = (double[]) arrays.dOut;
        double[] dState = (double[]) arrays.dState;
        double[] dCell = (double[]) arrays.dCell;
        double[] dGates = (double[]) arrays.dGates;
        int hidden = arrays.hidden;
        for (int row = from; row < to; row++) {
            int i = arrays.gatesAt(row);
            int f = i + hidden;
            int g = f + hidden;
            int o = g + hidden;
            int at = arrays.at(row);
            int s = row * hidden;
            for (int j = 0; j < hidden; j++) {
                double input = gates[i + j];
                double forget = gates[f + j];
                double candidate = gates[g + j];
                double output = gates[o + j];
                double tanh = tanhCells[at + j];
                double d = dOut[at + j] + dState[s + j];
                double dc = dCell[s + j] + d * output * (1 - tanh * tanh);
                dGates[i + j] = dc * candidate * input * (1 - input);
                dGates[f + j] = dc * previous[at + j] * forget * (1 - forget);
                dGates[g + j] = dc * input * (1 - candidate * candidate);
                dGates[o + j] = d * tanh * output * (1 - output);
                dCell[s + j] = dc * forget;
            }
        }
    };

    private LstmSteps() {}

    /**
     * With a = gates + state · weight + bias:
     *
     * <pre>
     * i = σ(a_i);  f = σ(a_f);  g = tanh a_g;  o = σ(a_o);  cell = f ∘ cell + i ∘ g;  out = o ∘ tanh cell
     * </pre>
     *
     * <p>Out is the state of the next step. Gates are i, f, g and o in the end, state and cell are those after the last
     * step; previous and previousCells get those before each, tanhCells what its name says.
     */
    public static void forward(RecurrentArrays arrays) {
        for (arrays.t = 0; arrays.t < arrays.steps; arrays.t++) {
            arrays.keep(arrays.state, arrays.previous);
            arrays.keep(arrays.cell, arrays.previousCells);
            arrays.addProduct(arrays.gates);
            arrays.eachSequence(STEP, STEP_DOUBLE);
        }
        arrays.clear();
    }

    /**
     * From the last step to the first, with d = dOut + dState and c the cell before the step:
     *
     * <pre>
     * dc = dCell + d ∘ o ∘ (1 - tanh² cell);  da_i = dc ∘ g ∘ i ∘ (1 - i);  da_f = dc ∘ c ∘ f ∘ (1 - f)
     * da_g = dc ∘ i ∘ (1 - g²);  da_o = d ∘ tanh cell ∘ o ∘ (1 - o);  dCell = dc ∘ f;  dState = da · weightᵀ
     * </pre>
     */
    public static void backward(RecurrentArrays arrays) {
        for (arrays.t = arrays.steps - 1; arrays.t >= 0; arrays.t--) {
            arrays.eachSequence(BACKWARD, BACKWARD_DOUBLE);
            arrays.productBackward(arrays.dGates, false);
        }
        arrays.clear();
    }
}
