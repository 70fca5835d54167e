package handgrad.kernel.recurrent;

import handgrad.kernel.Elementwise;

/** The recurrence of PyTorch's RNN with tanh. */
public final class RnnSteps {
    private static final RecurrentArrays.Loop STEP = (arrays, from, to) -> {
        float[] gates = (float[]) arrays.gates;
        float[] state = (float[]) arrays.state;
        float[] out = (float[]) arrays.out;
        int hidden = arrays.hidden;
        for (int n = from; n < to; n++) {
            int at = arrays.at(n);
            if (arrays.hasBias) {
                float[] bias = (float[]) arrays.bias;
                for (int j = 0; j < hidden; j++) {
                    gates[at + j] += bias[j];
                }
            }
            Elementwise.tanh(gates, out, at, at + hidden);
            System.arraycopy(out, at, state, n * hidden, hidden);
        }
    };

    private static final RecurrentArrays.Loop STEP_DOUBLE = (arrays, from, to) -> {
        double[] gates = (double[]) arrays.gates;
        double[] state = (double[]) arrays.state;
        double[] out = (double[]) arrays.out;
        int hidden = arrays.hidden;
        for (int n = from; n < to; n++) {
            int at = arrays.at(n);
            for (int j = 0; j < hidden; j++) {
                gates[at + j] += arrays.hasBias ? ((double[]) arrays.bias)[j] : 0;
                out[at + j] = StrictMath.tanh(gates[at + j]);
                state[n * hidden + j] = out[at + j];
            }
        }
    };

    private static final RecurrentArrays.Loop BACKWARD = (arrays, from, to) -> {
        float[] out = (float[]) arrays.out;
        float[] dOut = (float[]) arrays.dOut;
        float[] dState = (float[]) arrays.dState;
        float[] dGates = (float[]) arrays.dGates;
        int hidden = arrays.hidden;
        for (int n = from; n < to; n++) {
            int at = arrays.at(n);
            int s = n * hidden;
            for (int j = 0; j < hidden; j++) {
                float h = out[at + j];
                dGates[at + j] = (dOut[at + j] + dState[s + j]) * (1 - h * h);
            }
        }
    };

    private static final RecurrentArrays.Loop BACKWARD_DOUBLE = (arrays, from, to) -> {
        double[] out = (double[]) arrays.out;
        double[] dOut = (double[]) arrays.dOut;
        double[] dState = (double[]) arrays.dState;
        double[] dGates = (double[]) arrays.dGates;
        int hidden = arrays.hidden;
        for (int n = from; n < to; n++) {
            int at = arrays.at(n);
            int s = n * hidden;
            for (int j = 0; j < hidden; j++) {
                double h = out[at + j];
                dGates[at + j] = (dOut[at + j] + dState[s + j]) * (1 - h * h);
            }
        }
    };

    private RnnSteps() {}

    /**
     * out_t = tanh(gates_t + state · weight + bias), which is the state of the next step. Gates are overwritten, state
     * is in the end that after the last step, and previous gets those before each.
     */
    public static void forward(RecurrentArrays arrays) {
        for (arrays.t = 0; arrays.t < arrays.steps; arrays.t++) {
            arrays.keep(arrays.state, arrays.previous);
            arrays.addProduct(arrays.gates);
            arrays.eachSequence(STEP, STEP_DOUBLE);
        }
        arrays.clear();
    }

    /**
     * dGates_t = (dOut_t + dState) ∘ (1 - out_t²), then dState = dGates_t · weightᵀ, from the last step to the first;
     * dState begins as the gradient of the last state, and ends as that of the first.
     */
    public static void backward(RecurrentArrays arrays) {
        for (arrays.t = arrays.steps - 1; arrays.t >= 0; arrays.t--) {
            arrays.eachSequence(BACKWARD, BACKWARD_DOUBLE);
            arrays.productBackward(arrays.dGates, false);
        }
        arrays.clear();
    }
}
