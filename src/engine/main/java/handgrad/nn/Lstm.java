package handgrad.nn;

import handgrad.random.TorchRandom;
import handgrad.tensor.Recurrences;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * PyTorch's LSTM with {@code batch_first}, (N, T, in) to (N, T, hidden).
 *
 * <pre>
 * [i, f, g, o] = [σ, σ, tanh, σ](x_t · W + b + h_{t-1} · U + c)
 * c_t = f ∘ c_{t-1} + i ∘ g;  h_t = o ∘ tanh c_t
 * </pre>
 *
 * <p>The columns of {@code input.weight} W (in, 4·hidden), {@code input.bias} b, {@code hidden.weight} U (hidden,
 * 4·hidden) and {@code hidden.bias} c are those of i, f, g and o side by side. h_0 and the cell c_0 are zeros or two
 * parameters, {@code start} and {@code startCell} (1, hidden).
 *
 * <p>Backward goes through all T steps. In streaming each input goes on from the state and the cell that the one before
 * has left. Keeps the gates, the states and the cells for backward.
 */
public final class Lstm implements Layer {
    private static final int GATES = 4;

    private final RecurrentWeights weights;
    private final RecurrentState state;
    private final RecurrentState cell;
    private @Nullable Tensor gates;
    private @Nullable Tensor previous;
    private @Nullable Tensor previousCells;
    private @Nullable Tensor tanhCells;
    private @Nullable Tensor output;
    private @Nullable Tensor dGates;

    /** A layer drawn as {@code torch.nn.LSTM(in, hidden)} draws it. */
    public Lstm(int in, int hidden, TorchRandom random) {
        this(RecurrentWeights.drawn("Lstm", GATES, in, hidden, random), null, null);
    }

    /**
     * A layer on given tensors.
     *
     * @param inputWeight W (in, 4·hidden)
     * @param inputBias b (4·hidden), or null for none
     * @param weight U (hidden, 4·hidden)
     * @param bias c (4·hidden), or null for none
     * @param start h_0 (1, hidden), a parameter, or null for zeros
     * @param startCell c_0 (1, hidden), a parameter, or null for zeros
     */
    public Lstm(
            Tensor inputWeight,
            @Nullable Tensor inputBias,
            Tensor weight,
            @Nullable Tensor bias,
            @Nullable Tensor start,
            @Nullable Tensor startCell) {
        this(new RecurrentWeights("Lstm", GATES, inputWeight, inputBias, weight, bias), start, startCell);
    }

    private Lstm(RecurrentWeights weights, @Nullable Tensor start, @Nullable Tensor startCell) {
        this.weights = weights;
        state = weights.state("start", start);
        cell = weights.state("startCell", startCell);
    }

    /**
     * a = x · W + b of all steps, then step by step
     *
     * <pre>
     * [i, f, g, o] = [σ, σ, tanh, σ](a_t + h_{t-1} · U + c)
     * c_t = f ∘ c_{t-1} + i ∘ g;  h_t = o ∘ tanh c_t;  out_t = h_t
     * </pre>
     *
     * @param x (N, T, in), T at least 1
     * @return (N, T, hidden)
     */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = weights.passes.forward(x)) {
            gates = weights.gates(x);
            int hidden = weights.hidden();
            previous = Buffers.withLast(x, hidden, previous);
            previousCells = Buffers.withLast(x, hidden, previousCells);
            tanhCells = Buffers.withLast(x, hidden, tanhCells);
            output = Buffers.withLast(x, hidden, output);
            Recurrences.lstm(
                    gates,
                    weights.value(),
                    weights.biasValue(),
                    weights.before(state, x),
                    weights.before(cell, x),
                    previous,
                    previousCells,
                    tanhCells,
                    output);
            return pass.output(output);
        }
    }

    /**
     * Through time, from the last step to the first. h_t is seen by out_t and by the next step, and c_t by h_t and by
     * the next step, so the gradient of each is a sum of two; with dh_T = 0, dc_T = 0 and d = dOut_t + dh_t:
     *
     * <pre>
     * dc = dc_t + d ∘ o ∘ (1 - tanh² c_t);  da_i = dc ∘ g ∘ i ∘ (1 - i);  da_f = dc ∘ c_{t-1} ∘ f ∘ (1 - f)
     * da_g = dc ∘ i ∘ (1 - g²);  da_o = d ∘ tanh c_t ∘ o ∘ (1 - o);  dh_{t-1} = da · Uᵀ;  dc_{t-1} = dc ∘ f
     * dStart += Σ over N of dh_0;  dStartCell += Σ over N of dc_0
     * </pre>
     *
     * <p>Every step has used the same weights, so their gradients are sums over all steps, each one product:
     *
     * <pre>
     * dU += Σ over t of h_{t-1}ᵀ · da_t;  dW += Σ over t of x_tᵀ · da_t;  db and dc += Σ da;  dX = da · Wᵀ
     * </pre>
     *
     * @param dOut (N, T, hidden)
     * @return (N, T, in)
     * @throws IllegalStateException in streaming
     */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var _ = weights.passes.backward(dOut)) {
            weights.requireWhole();
            var kept = Passes.kept(gates);
            dGates = Buffers.like(kept, dGates);
            Recurrences.lstmBackward(
                    dOut,
                    kept,
                    Passes.kept(previousCells),
                    Passes.kept(tanhCells),
                    weights.value(),
                    dGates,
                    state.gradient(Passes.kept(output)),
                    cell.gradient(Passes.kept(output)));
            state.backward();
            cell.backward();
            weights.backward(Passes.kept(previous), dGates);
            return weights.inputBackward(dGates);
        }
    }

    /**
     * {@code input.weight}, {@code input.bias}, {@code hidden.weight}, {@code hidden.bias}, {@code start} and
     * {@code startCell}.
     */
    @Override
    public Parts parts() {
        return weights.parts;
    }
}
