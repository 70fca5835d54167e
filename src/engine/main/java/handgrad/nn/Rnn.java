package handgrad.nn;

import handgrad.random.TorchRandom;
import handgrad.tensor.Recurrences;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A recurrent layer with tanh, (N, T, in) to (N, T, hidden): PyTorch's RNN with {@code batch_first}, and makemore's
 * cell.
 *
 * <pre>
 * h_t = tanh(x_t · W + b + h_{t-1} · U + c)
 * </pre>
 *
 * <p>W is {@code input.weight} (in, hidden), b {@code input.bias}, U {@code hidden.weight} (hidden, hidden), and c
 * {@code hidden.bias}. Makemore's tanh(Linear([x, h])) is the same sum without c: its weight (in + hidden, hidden) is W
 * above U. There h_0 is a parameter, {@code start} (1, hidden); in PyTorch's it is zeros.
 *
 * <p>Backward goes through all T steps, so T is where backpropagation through time is truncated. In streaming each
 * input goes on from the state that the one before has left. Keeps the states for backward.
 */
public final class Rnn implements Layer {
    private final RecurrentWeights weights;
    private final RecurrentState state;
    private @Nullable Tensor previous;
    private @Nullable Tensor output;
    private @Nullable Tensor dGates;

    /** PyTorch's layer, drawn as {@code torch.nn.RNN(in, hidden)} draws it. */
    public Rnn(int in, int hidden, TorchRandom random) {
        this(RecurrentWeights.drawn("Rnn", 1, in, hidden, random), null);
    }

    /** Makemore's cell, drawn as {@code torch.nn.Linear(in + hidden, hidden)}; its start is a parameter of zeros. */
    public static Rnn makemore(int in, int hidden, TorchRandom random) {
        return new Rnn(RecurrentWeights.ofLinear("Rnn", 1, in, hidden, random), Tensor.zeros(1, hidden));
    }

    /**
     * A layer on given tensors.
     *
     * @param inputWeight W (in, hidden)
     * @param inputBias b (hidden), or null for none
     * @param weight U (hidden, hidden)
     * @param bias c (hidden), or null for none
     * @param start h_0 (1, hidden), a parameter, or null for zeros
     */
    public Rnn(
            Tensor inputWeight,
            @Nullable Tensor inputBias,
            Tensor weight,
            @Nullable Tensor bias,
            @Nullable Tensor start) {
        this(new RecurrentWeights("Rnn", 1, inputWeight, inputBias, weight, bias), start);
    }

    private Rnn(RecurrentWeights weights, @Nullable Tensor start) {
        this.weights = weights;
        state = weights.state("start", start);
    }

    /**
     * a = x · W + b of all steps, then step by step
     *
     * <pre>
     * h_t = tanh(a_t + h_{t-1} · U + c);  out_t = h_t
     * </pre>
     *
     * @param x (N, T, in), T at least 1
     * @return (N, T, hidden)
     */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = weights.passes.forward(x)) {
            var gates = weights.gates(x);
            previous = Buffers.withLast(x, weights.hidden(), previous);
            output = Buffers.withLast(x, weights.hidden(), output);
            Recurrences.rnn(gates, weights.value(), weights.biasValue(), weights.before(state, x), previous, output);
            return pass.output(output);
        }
    }

    /**
     * Through time, from the last step to the first. h_t is seen by out_t and by the next step, so its gradient is a
     * sum of two; with dh_T = 0:
     *
     * <pre>
     * da_t = (dOut_t + dh_t) ∘ (1 - h_t²);  dh_{t-1} = da_t · Uᵀ;  dStart += Σ over N of dh_0
     * </pre>
     *
     * <p>Every step has used the same weights, so their gradients are sums over all steps, each one product:
     *
     * <pre>
     * dU += Σ over t of h_{t-1}ᵀ · da_t;  dW += Σ over t of x_tᵀ · da_t;  db += Σ da;  dc += Σ da;  dX = da · Wᵀ
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
            dGates = Buffers.like(Passes.kept(output), dGates);
            Recurrences.rnnBackward(
                    dOut, Passes.kept(output), weights.value(), dGates, state.gradient(Passes.kept(output)));
            state.backward();
            weights.backward(Passes.kept(previous), dGates);
            return weights.inputBackward(dGates);
        }
    }

    /** {@code input.weight}, {@code input.bias}, {@code hidden.weight}, {@code hidden.bias} and {@code start}. */
    @Override
    public Parts parts() {
        return weights.parts;
    }
}
