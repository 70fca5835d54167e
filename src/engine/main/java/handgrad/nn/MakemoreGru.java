package handgrad.nn;

import handgrad.random.TorchRandom;
import handgrad.tensor.Recurrences;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The GRU of makemore, (N, T, in) to (N, T, hidden): that of Chung et al. 2014 (https://arxiv.org/abs/1412.3555), where
 * the reset gate r applies to h before the product. It differs from PyTorch's {@link Gru} in this, in the sense of z,
 * in having one bias, and in beginning with a parameter, {@code start} (1, hidden).
 *
 * <pre>
 * z = σ(x_t · W_z + h_{t-1} · U_z + b_z);  r = σ(x_t · W_r + h_{t-1} · U_r + b_r)
 * h̄ = tanh(x_t · W_h + (r ∘ h_{t-1}) · U_h + b_h);  h_t = (1 - z) ∘ h_{t-1} + z ∘ h̄
 * </pre>
 *
 * <p>The columns of {@code input.weight} W (in, 3·hidden), {@code input.bias} b and {@code hidden.weight} U (hidden,
 * 3·hidden) are those of z, r and h̄ side by side, the order of makemore's constructors. Its Linear of [x, h] has W
 * above U, for one gate.
 *
 * <p>Backward goes through all T steps. In streaming each input goes on from the state that the one before has left.
 * Keeps the gates and the states for backward.
 */
public final class MakemoreGru implements Layer {
    private static final int GATES = 3;

    private final RecurrentWeights weights;
    private final RecurrentState state;
    private @Nullable Tensor gates;
    private @Nullable Tensor previous;
    private @Nullable Tensor reset;
    private @Nullable Tensor output;
    private @Nullable Tensor dGates;
    private @Nullable Tensor dReset;

    /** A layer drawn as three {@code torch.nn.Linear(in + hidden, hidden)}, with a start of zeros. */
    public MakemoreGru(int in, int hidden, TorchRandom random) {
        this(RecurrentWeights.ofLinear("MakemoreGru", GATES, in, hidden, random), Tensor.zeros(1, hidden));
    }

    /**
     * A layer on given tensors.
     *
     * @param inputWeight W (in, 3·hidden)
     * @param inputBias b (3·hidden), or null for none
     * @param weight U (hidden, 3·hidden)
     * @param start h_0 (1, hidden), a parameter, or null for zeros
     */
    public MakemoreGru(Tensor inputWeight, @Nullable Tensor inputBias, Tensor weight, @Nullable Tensor start) {
        this(new RecurrentWeights("MakemoreGru", GATES, inputWeight, inputBias, weight, null), start);
    }

    private MakemoreGru(RecurrentWeights weights, @Nullable Tensor start) {
        this.weights = weights;
        state = weights.state("start", start);
    }

    /**
     * a = x · W + b of all steps, then step by step
     *
     * <pre>
     * z = σ(a_z + h_{t-1} · U_z);  r = σ(a_r + h_{t-1} · U_r);  h̄ = tanh(a_h + (r ∘ h_{t-1}) · U_h)
     * h_t = (1 - z) ∘ h_{t-1} + z ∘ h̄;  out_t = h_t
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
            reset = Buffers.withLast(x, hidden, reset);
            output = Buffers.withLast(x, hidden, output);
            Recurrences.makemoreGru(gates, weights.value(), weights.before(state, x), previous, reset, output);
            return pass.output(output);
        }
    }

    /**
     * Through time, from the last step to the first. h_t is seen by out_t and by the next step, so its gradient is d =
     * dOut_t + dh_t, with dh_T = 0:
     *
     * <pre>
     * da_h = d ∘ z ∘ (1 - h̄²);  da_z = d ∘ (h̄ - h_{t-1}) ∘ z ∘ (1 - z)
     * dReset = da_h · U_hᵀ;  da_r = dReset ∘ h_{t-1} ∘ r ∘ (1 - r)
     * dh_{t-1} = d ∘ (1 - z) + dReset ∘ r + da_z · U_zᵀ + da_r · U_rᵀ;  dStart += Σ over N of dh_0
     * </pre>
     *
     * <p>Every step has used the same weights, so their gradients are sums over all steps, each one product:
     *
     * <pre>
     * dU_z += Σ h_{t-1}ᵀ · da_z;  dU_r += Σ h_{t-1}ᵀ · da_r;  dU_h += Σ (r ∘ h_{t-1})ᵀ · da_h
     * dW += Σ over t of x_tᵀ · da_t;  db += Σ da;  dX = da · Wᵀ
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
            dReset = Buffers.positions(kept, 1, weights.hidden(), dReset);
            Recurrences.makemoreGruBackward(
                    dOut,
                    kept,
                    Passes.kept(previous),
                    Passes.kept(reset),
                    weights.value(),
                    dGates,
                    state.gradient(Passes.kept(output)),
                    dReset,
                    weights.grad());
            state.backward();
            return weights.inputBackward(dGates);
        }
    }

    /** {@code input.weight}, {@code input.bias}, {@code hidden.weight} and {@code start}. */
    @Override
    public Parts parts() {
        return weights.parts;
    }
}
