package handgrad.tensor;

import static handgrad.tensor.Requirements.require;
import static handgrad.tensor.Requirements.requireApart;
import static handgrad.tensor.Requirements.requireElements;
import static handgrad.tensor.Requirements.requireFloating;

import handgrad.kernel.recurrent.GruSteps;
import handgrad.kernel.recurrent.LstmSteps;
import handgrad.kernel.recurrent.MakemoreGruSteps;
import handgrad.kernel.recurrent.RecurrentArrays;
import handgrad.kernel.recurrent.RnnSteps;
import org.jspecify.annotations.Nullable;

/**
 * What recurrent layers do step after step, each with its backward pass through time under it. They write into tensors
 * that the caller gives; see {@link Functional} for what holds of all such operations.
 *
 * <p>Sequences are (N, T, columns), T at least 1. Gates a are on entry the part of the input, x · weight + bias of all
 * steps, which {@link Functional#linear} makes in one product; so the gradients of gates, of all steps too, are what
 * {@link Functional#linearBackwardParameters} and {@link Functional#linearBackwardInput} want. A state (N, 1, hidden)
 * is on entry the one before the first step, and in the end the one after the last, from which the next pass may go on.
 */
public final class Recurrences {
    private Recurrences() {}

    /**
     * The RNN of PyTorch, with tanh, from gates a and with h_0 the state:
     *
     * <pre>
     * h_t = tanh(a_t + h_{t-1} · weight + bias);  out_t = h_t;  previous_t = h_{t-1}
     * </pre>
     *
     * @param gates (N, T, hidden), overwritten
     * @param weight (hidden, hidden)
     * @param bias (hidden), or null for none
     * @param state (N, 1, hidden), read and overwritten
     * @param previous (N, T, hidden), written
     * @param out (N, T, hidden), written
     */
    public static void rnn(
            Tensor gates, Tensor weight, @Nullable Tensor bias, Tensor state, Tensor previous, Tensor out) {
        var arrays = forward("rnn", 1, gates, weight, bias, state, previous, out);
        RnnSteps.forward(arrays);
        trace(Op.RNN, gates, weight, bias, state, out);
    }

    /**
     * The gradients of {@link #rnn} through time, from the last step to the first, where nothing depends on the last
     * state but out. With dh_T = 0:
     *
     * <pre>
     * dGates_t = (dOut_t + dh_t) ∘ (1 - out_t²);  dh_{t-1} = dGates_t · weightᵀ;  dState = dh_0
     * </pre>
     *
     * <p>What is left is a product over all steps: dWeight += previousᵀ · dGates; dBias += Σ dGates.
     *
     * @param dOut (N, T, hidden)
     * @param out (N, T, hidden), as forward wrote it
     * @param weight (hidden, hidden)
     * @param dGates (N, T, hidden), written
     * @param dState (N, 1, hidden), written
     */
    public static void rnnBackward(Tensor dOut, Tensor out, Tensor weight, Tensor dGates, Tensor dState) {
        var arrays = backward("rnnBackward", 1, dOut, weight, dGates, dState);
        arrays.out = alike("rnnBackward", "out", dOut, out, 1);
        RnnSteps.backward(arrays);
    }

    /**
     * The GRU of PyTorch, from gates a_r, a_z and a_n side by side and with h_0 the state. The reset gate r applies to
     * a part of the product p = h_{t-1} · weight + bias:
     *
     * <pre>
     * r = σ(a_r + p_r);  z = σ(a_z + p_z);  n = tanh(a_n + r ∘ p_n)
     * h_t = (1 - z) ∘ n + z ∘ h_{t-1};  out_t = h_t;  previous_t = h_{t-1}
     * </pre>
     *
     * @param gates (N, T, 3·hidden), overwritten with r, z and n
     * @param weight (hidden, 3·hidden)
     * @param bias (3·hidden), or null for none
     * @param state (N, 1, hidden), read and overwritten
     * @param product (N, T, 3·hidden), written: p
     * @param previous (N, T, hidden), written
     * @param out (N, T, hidden), written
     */
    public static void gru(
            Tensor gates,
            Tensor weight,
            @Nullable Tensor bias,
            Tensor state,
            Tensor product,
            Tensor previous,
            Tensor out) {
        var arrays = forward("gru", 3, gates, weight, bias, state, previous, out);
        arrays.hiddenGates = alike("gru", "product", out, product, 3);
        requireApart("gru", "product", product, "gates", gates);
        GruSteps.forward(arrays);
        trace(Op.GRU, gates, weight, bias, state, out);
    }

    /**
     * The gradients of {@link #gru} through time, from the last step to the first, where nothing depends on the last
     * state but out. With dh_T = 0, and in each step d = dOut_t + dh_t:
     *
     * <pre>
     * da_n = d ∘ (1 - z) ∘ (1 - n²);  da_z = d ∘ (h_{t-1} - n) ∘ z ∘ (1 - z);  da_r = da_n ∘ p_n ∘ r ∘ (1 - r)
     * dp_r = da_r;  dp_z = da_z;  dp_n = da_n ∘ r;  dh_{t-1} = d ∘ z + dp · weightᵀ;  dState = dh_0
     * </pre>
     *
     * <p>What is left is a product over all steps: dWeight += previousᵀ · dProduct; dBias += Σ dProduct.
     *
     * @param dOut (N, T, hidden)
     * @param gates (N, T, 3·hidden), as forward wrote it, as are product and previous
     * @param product (N, T, 3·hidden)
     * @param previous (N, T, hidden)
     * @param weight (hidden, 3·hidden)
     * @param dGates (N, T, 3·hidden), written: da
     * @param dProduct (N, T, 3·hidden), written: dp
     * @param dState (N, 1, hidden), written
     */
    public static void gruBackward(
            Tensor dOut,
            Tensor gates,
            Tensor product,
            Tensor previous,
            Tensor weight,
            Tensor dGates,
            Tensor dProduct,
            Tensor dState) {
        var arrays = backward("gruBackward", 3, dOut, weight, dGates, dState);
        arrays.gates = alike("gruBackward", "gates", dOut, gates, 3);
        arrays.hiddenGates = alike("gruBackward", "product", dOut, product, 3);
        arrays.previous = alike("gruBackward", "previous", dOut, previous, 1);
        arrays.dHiddenGates = alike("gruBackward", "dProduct", dOut, dProduct, 3);
        requireApart("gruBackward", "dProduct", dProduct, "dGates", dGates);
        requireApart("gruBackward", "dProduct", dProduct, "product", product);
        requireApart("gruBackward", "dGates", dGates, "gates", gates);
        GruSteps.backward(arrays);
    }

    /**
     * The LSTM of PyTorch, from gates a_i, a_f, a_g and a_o side by side, with h_0 the state, c_0 the cell and p =
     * h_{t-1} · weight + bias:
     *
     * <pre>
     * i = σ(a_i + p_i);  f = σ(a_f + p_f);  g = tanh(a_g + p_g);  o = σ(a_o + p_o)
     * c_t = f ∘ c_{t-1} + i ∘ g;  h_t = o ∘ tanh c_t;  out_t = h_t;  previous_t = h_{t-1}
     * </pre>
     *
     * @param gates (N, T, 4·hidden), overwritten with i, f, g and o
     * @param weight (hidden, 4·hidden)
     * @param bias (4·hidden), or null for none
     * @param state (N, 1, hidden), read and overwritten
     * @param cell (N, 1, hidden), read and overwritten
     * @param previous (N, T, hidden), written
     * @param previousCells (N, T, hidden), written: c_{t-1}
     * @param tanhCells (N, T, hidden), written: tanh c_t
     * @param out (N, T, hidden), written
     */
    public static void lstm(
            Tensor gates,
            Tensor weight,
            @Nullable Tensor bias,
            Tensor state,
            Tensor cell,
            Tensor previous,
            Tensor previousCells,
            Tensor tanhCells,
            Tensor out) {
        var arrays = forward("lstm", 4, gates, weight, bias, state, previous, out);
        arrays.cell = state("lstm", "cell", out, cell);
        arrays.previousCells = alike("lstm", "previousCells", out, previousCells, 1);
        arrays.tanhCells = alike("lstm", "tanhCells", out, tanhCells, 1);
        requireApart("lstm", "cell", cell, "state", state);
        requireApart("lstm", "tanhCells", tanhCells, "out", out);
        requireApart("lstm", "previousCells", previousCells, "previous", previous);
        LstmSteps.forward(arrays);
        if (Tracing.isOn()) {
            Tracing.record(
                    Op.LSTM,
                    out,
                    bias == null
                            ? new Tensor[] {gates, weight, state, cell}
                            : new Tensor[] {gates, weight, state, cell, bias});
        }
    }

    /**
     * The gradients of {@link #lstm} through time, from the last step to the first, where nothing depends on the last
     * state and cell but out. With dh_T = 0 and dc_T = 0, and in each step d = dOut_t + dh_t:
     *
     * <pre>
     * dc = dc_t + d ∘ o ∘ (1 - tanh² c_t);  da_i = dc ∘ g ∘ i ∘ (1 - i);  da_f = dc ∘ c_{t-1} ∘ f ∘ (1 - f)
     * da_g = dc ∘ i ∘ (1 - g²);  da_o = d ∘ tanh c_t ∘ o ∘ (1 - o)
     * dh_{t-1} = da · weightᵀ;  dc_{t-1} = dc ∘ f;  dState = dh_0;  dCell = dc_0
     * </pre>
     *
     * <p>What is left is a product over all steps: dWeight += previousᵀ · dGates; dBias += Σ dGates.
     *
     * @param dOut (N, T, hidden)
     * @param gates (N, T, 4·hidden), as forward wrote it, as are previousCells and tanhCells
     * @param previousCells (N, T, hidden)
     * @param tanhCells (N, T, hidden)
     * @param weight (hidden, 4·hidden)
     * @param dGates (N, T, 4·hidden), written: da
     * @param dState (N, 1, hidden), written
     * @param dCell (N, 1, hidden), written
     */
    public static void lstmBackward(
            Tensor dOut,
            Tensor gates,
            Tensor previousCells,
            Tensor tanhCells,
            Tensor weight,
            Tensor dGates,
            Tensor dState,
            Tensor dCell) {
        var arrays = backward("lstmBackward", 4, dOut, weight, dGates, dState);
        arrays.gates = alike("lstmBackward", "gates", dOut, gates, 4);
        arrays.previousCells = alike("lstmBackward", "previousCells", dOut, previousCells, 1);
        arrays.tanhCells = alike("lstmBackward", "tanhCells", dOut, tanhCells, 1);
        arrays.dCell = state("lstmBackward", "dCell", dOut, dCell);
        requireApart("lstmBackward", "dCell", dCell, "dState", dState);
        requireApart("lstmBackward", "dGates", dGates, "gates", gates);
        dCell.fill(0);
        LstmSteps.backward(arrays);
    }

    /**
     * The GRU of makemore, from gates a_z, a_r and a_h side by side and with h_0 the state; the weight's columns are
     * U_z, U_r and U_h. The reset gate r applies before the product:
     *
     * <pre>
     * z = σ(a_z + h_{t-1} · U_z);  r = σ(a_r + h_{t-1} · U_r);  h̄ = tanh(a_h + (r ∘ h_{t-1}) · U_h)
     * h_t = (1 - z) ∘ h_{t-1} + z ∘ h̄;  out_t = h_t;  previous_t = h_{t-1};  reset_t = r ∘ h_{t-1}
     * </pre>
     *
     * @param gates (N, T, 3·hidden), overwritten with z, r and h̄
     * @param weight (hidden, 3·hidden)
     * @param state (N, 1, hidden), read and overwritten
     * @param previous (N, T, hidden), written
     * @param reset (N, T, hidden), written
     * @param out (N, T, hidden), written
     */
    public static void makemoreGru(
            Tensor gates, Tensor weight, Tensor state, Tensor previous, Tensor reset, Tensor out) {
        var arrays = forward("makemoreGru", 3, gates, weight, null, state, previous, out);
        arrays.reset = alike("makemoreGru", "reset", out, reset, 1);
        requireApart("makemoreGru", "reset", reset, "previous", previous);
        requireApart("makemoreGru", "reset", reset, "out", out);
        MakemoreGruSteps.forward(arrays);
        trace(Op.MAKEMORE_GRU, gates, weight, null, state, out);
    }

    /**
     * The gradients of {@link #makemoreGru} through time, from the last step to the first, where nothing depends on the
     * last state but out; then that of the weight, over all steps at once. With dh_T = 0, and in each step d = dOut_t +
     * dh_t:
     *
     * <pre>
     * da_h = d ∘ z ∘ (1 - h̄²);  da_z = d ∘ (h̄ - h_{t-1}) ∘ z ∘ (1 - z)
     * dReset = da_h · U_hᵀ;  da_r = dReset ∘ h_{t-1} ∘ r ∘ (1 - r)
     * dh_{t-1} = d ∘ (1 - z) + dReset ∘ r + da_z · U_zᵀ + da_r · U_rᵀ;  dState = dh_0
     * dU_z += previousᵀ · da_z;  dU_r += previousᵀ · da_r;  dU_h += resetᵀ · da_h
     * </pre>
     *
     * @param dOut (N, T, hidden)
     * @param gates (N, T, 3·hidden), as forward wrote it, as are previous and reset
     * @param previous (N, T, hidden)
     * @param reset (N, T, hidden)
     * @param weight (hidden, 3·hidden)
     * @param dGates (N, T, 3·hidden), written: da
     * @param dState (N, 1, hidden), written
     * @param dReset (N, 1, hidden), written: that of the first step
     * @param dWeight (hidden, 3·hidden), added to
     */
    public static void makemoreGruBackward(
            Tensor dOut,
            Tensor gates,
            Tensor previous,
            Tensor reset,
            Tensor weight,
            Tensor dGates,
            Tensor dState,
            Tensor dReset,
            Tensor dWeight) {
        var operation = "makemoreGruBackward";
        var arrays = backward(operation, 3, dOut, weight, dGates, dState);
        arrays.gates = alike(operation, "gates", dOut, gates, 3);
        arrays.previous = alike(operation, "previous", dOut, previous, 1);
        arrays.dReset = state(operation, "dReset", dOut, dReset);
        alike(operation, "reset", dOut, reset, 1);
        requireApart(operation, "dReset", dReset, "dState", dState);
        requireApart(operation, "dGates", dGates, "gates", gates);
        Requirements.requireAlike(operation, "dWeight", weight, dWeight);
        MakemoreGruSteps.backward(arrays);
        arrays.previous = previous.elements();
        arrays.reset = reset.elements();
        arrays.dGates = dGates.elements();
        MakemoreGruSteps.backwardWeight(arrays, dWeight.elements());
    }

    /** Checks what every forward pass has, and sets it. */
    private static RecurrentArrays forward(
            String operation,
            int gateCount,
            Tensor gates,
            Tensor weight,
            @Nullable Tensor bias,
            Tensor state,
            Tensor previous,
            Tensor out) {
        var arrays = sizes(operation, gateCount, weight, "out", out);
        arrays.gates = alike(operation, "gates", out, gates, gateCount);
        arrays.state = state(operation, "state", out, state);
        arrays.previous = alike(operation, "previous", out, previous, 1);
        arrays.out = out.elements();
        requireApart(operation, "previous", previous, "state", state);
        requireApart(operation, "out", out, "state", state);
        requireApart(operation, "out", out, "gates", gates);
        requireApart(operation, "out", out, "previous", previous);
        requireApart(operation, "previous", previous, "gates", gates);
        if (bias != null) {
            require(operation, "bias", bias, out.dtype());
            requireElements(operation, "bias", bias, gateCount, out.size(2));
            arrays.bias = bias.elements();
            arrays.hasBias = true;
        }
        return arrays;
    }

    /** Checks what every backward pass has, and sets it. */
    private static RecurrentArrays backward(
            String operation, int gateCount, Tensor dOut, Tensor weight, Tensor dGates, Tensor dState) {
        var arrays = sizes(operation, gateCount, weight, "dOut", dOut);
        arrays.dOut = dOut.elements();
        arrays.dGates = alike(operation, "dGates", dOut, dGates, gateCount);
        arrays.dState = state(operation, "dState", dOut, dState);
        requireApart(operation, "dGates", dGates, "dOut", dOut);
        requireApart(operation, "dState", dState, "dOut", dOut);
        dState.fill(0);
        return arrays;
    }

    private static RecurrentArrays sizes(String operation, int gateCount, Tensor weight, String name, Tensor out) {
        requireFloating(operation, out);
        if (out.shape().rank() != 3 || out.size(1) < 1) {
            throw new IllegalArgumentException(
                    operation + ": " + name + " must be (N, T, hidden) with T of at least 1, it is " + out.shape());
        }
        int hidden = out.size(2);
        require(operation, "weight", weight, out.dtype());
        if (weight.shape().rank() != 2 || weight.size(0) != hidden || weight.size(1) != gateCount * hidden) {
            throw new IllegalArgumentException(operation + ": weight must be (" + hidden + ", " + gateCount * hidden
                    + ") for " + name + " " + out.shape() + ", it is " + weight.shape());
        }
        var arrays = RecurrentArrays.of(out.size(0), out.size(1), hidden, gateCount);
        arrays.weight = weight.elements();
        return arrays;
    }

    /** The elements of a tensor (N, T, width · hidden) for a model (N, T, hidden). */
    private static Object alike(String operation, String name, Tensor model, Tensor tensor, int width) {
        return sized(operation, name, model, tensor, model.size(1), width * model.size(2));
    }

    /** The elements of a tensor (N, 1, hidden) for a model (N, T, hidden). */
    private static Object state(String operation, String name, Tensor model, Tensor tensor) {
        return sized(operation, name, model, tensor, 1, model.size(2));
    }

    private static Object sized(String operation, String name, Tensor model, Tensor tensor, int steps, int columns) {
        require(operation, name, tensor, model.dtype());
        if (tensor.shape().rank() != 3
                || tensor.size(0) != model.size(0)
                || tensor.size(1) != steps
                || tensor.size(2) != columns) {
            throw new IllegalArgumentException(operation + ": " + name + " must be (" + model.size(0) + ", " + steps
                    + ", " + columns + "), it is " + tensor.shape());
        }
        return tensor.elements();
    }

    private static void trace(Op op, Tensor gates, Tensor weight, @Nullable Tensor bias, Tensor state, Tensor out) {
        if (Tracing.isOn()) {
            Tracing.record(
                    op,
                    out,
                    bias == null ? new Tensor[] {gates, weight, state} : new Tensor[] {gates, weight, state, bias});
        }
    }
}
