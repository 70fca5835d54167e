package handgrad.nn;

import handgrad.random.TorchRandom;
import handgrad.tensor.Recurrences;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * PyTorch's GRU with {@code batch_first}, (N, T, in) to (N, T, hidden), where the reset gate r applies to the product
 * h · U; in {@link MakemoreGru} it applies to h before.
 *
 * <pre>
 * r = σ(x_t · W_r + b_r + h_{t-1} · U_r + c_r);  z = σ(x_t · W_z + b_z + h_{t-1} · U_z + c_z)
 * n = tanh(x_t · W_n + b_n + r ∘ (h_{t-1} · U_n + c_n));  h_t = (1 - z) ∘ n + z ∘ h_{t-1}
 * </pre>
 *
 * <p>The columns of {@code input.weight} W (in, 3·hidden), {@code input.bias} b, {@code hidden.weight} U (hidden,
 * 3·hidden) and {@code hidden.bias} c are those of r, z and n side by side. h_0 is zeros or a parameter, {@code start}
 * (1, hidden).
 *
 * <p>Backward goes through all T steps. In streaming each input goes on from the state that the one before has left.
 * Keeps the gates and the states for backward.
 */
public final class Gru implements Layer {
    private static final int GATES = 3;

    private final RecurrentWeights weights;
    private final RecurrentState state;
    private @Nullable Tensor gates;
    private @Nullable Tensor product;
    private @Nullable Tensor previous;
    private @Nullable Tensor output;
    private @Nullable Tensor dGates;
    private @Nullable Tensor dProduct;

    /** A layer drawn as {@code torch.nn.GRU(in, hidden)} draws it. */
    public Gru(int in, int hidden, TorchRandom random) {
        this(RecurrentWeights.drawn("Gru", GATES, in, hidden, random), null);
    }

    /**
     * A layer on given tensors.
     *
     * @param inputWeight W (in, 3·hidden)
     * @param inputBias b (3·hidden), or null for none
     * @param weight U (hidden, 3·hidden)
     * @param bias c (3·hidden), or null for none
     * @param start h_0 (1, hidden), a parameter, or null for zeros
     */
    public Gru(
            Tensor inputWeight,
            @Nullable Tensor inputBias,
            Tensor weight,
            @Nullable Tensor bias,
            @Nullable Tensor start) {
        this(new RecurrentWeights("Gru", GATES, inputWeight, inputBias, weight, bias), start);
    }

    private Gru(RecurrentWeights weights, @Nullable Tensor start) {
        this.weights = weights;
        state = weights.state("start", start);
    }

    /**
     * a = x · W + b of all steps, then step by step, with p = h_{t-1} · U + c:
     *
     * <pre>
     * r = σ(a_r + p_r);  z = σ(a_z + p_z);  n = tanh(a_n + r ∘ p_n);  h_t = (1 - z) ∘ n + z ∘ h_{t-1};  out_t = h_t
     * </pre>
     *
     * @param x (N, T, in), T at least 1
     * @return (N, T, hidden)
     */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = weights.passes.forward(x)) {
            gates = weights.gates(x);
            product = Buffers.like(gates, product);
            previous = Buffers.withLast(x, weights.hidden(), previous);
            output = Buffers.withLast(x, weights.hidden(), output);
            Recurrences.gru(
                    gates, weights.value(), weights.biasValue(), weights.before(state, x), product, previous, output);
            return pass.output(output);
        }
    }

    /**
     * Through time, from the last step to the first. h_t is seen by out_t and by the next step, so its gradient is d =
     * dOut_t + dh_t, with dh_T = 0:
     *
     * <pre>
     * da_n = d ∘ (1 - z) ∘ (1 - n²);  da_z = d ∘ (h_{t-1} - n) ∘ z ∘ (1 - z);  da_r = da_n ∘ p_n ∘ r ∘ (1 - r)
     * dp_r = da_r;  dp_z = da_z;  dp_n = da_n ∘ r;  dh_{t-1} = d ∘ z + dp · Uᵀ;  dStart += Σ over N of dh_0
     * </pre>
     *
     * <p>Every step has used the same weights, so their gradients are sums over all steps, each one product:
     *
     * <pre>
     * dU += Σ over t of h_{t-1}ᵀ · dp_t;  dc += Σ dp;  dW += Σ over t of x_tᵀ · da_t;  db += Σ da;  dX = da · Wᵀ
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
            var states = Passes.kept(previous);
            dGates = Buffers.like(kept, dGates);
            dProduct = Buffers.like(kept, dProduct);
            Recurrences.gruBackward(
                    dOut,
                    kept,
                    Passes.kept(product),
                    states,
                    weights.value(),
                    dGates,
                    dProduct,
                    state.gradient(Passes.kept(output)));
            state.backward();
            weights.backward(states, dProduct);
            return weights.inputBackward(dGates);
        }
    }

    /** {@code input.weight}, {@code input.bias}, {@code hidden.weight}, {@code hidden.bias} and {@code start}. */
    @Override
    public Parts parts() {
        return weights.parts;
    }
}
