package handgrad.nn;

import handgrad.random.TorchRandom;
import handgrad.tensor.Functional;
import handgrad.tensor.Tensor;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What recurrent layers have in common: a {@link Linear} of the inputs, which makes the gates of all steps in one
 * product, and the weight and bias of the states.
 */
final class RecurrentWeights {
    final Parts parts = new Parts();
    final Passes passes;
    private final String layer;
    private final Linear input;
    private final Parameter weight;
    private final @Nullable Parameter bias;

    /**
     * Checks the shapes.
     *
     * @param layer the name of the layer, for errors
     * @param gates how many columns a unit has
     * @param inputWeight (in, gates·hidden)
     * @param inputBias (gates·hidden), or null for none
     * @param weight (hidden, gates·hidden)
     * @param bias (gates·hidden), or null for none
     */
    RecurrentWeights(
            String layer,
            int gates,
            Tensor inputWeight,
            @Nullable Tensor inputBias,
            Tensor weight,
            @Nullable Tensor bias) {
        var columns = gates == 1 ? "hidden" : gates + "·hidden";
        if (weight.shape().rank() != 2 || weight.size(0) < 1 || weight.size(1) != (long) gates * weight.size(0)) {
            throw new IllegalArgumentException(
                    layer + ": hidden.weight must be (hidden, " + columns + "), it is " + weight.shape());
        }
        int width = weight.size(1);
        if (inputWeight.shape().rank() != 2 || inputWeight.size(1) != width) {
            throw new IllegalArgumentException(layer + ": input.weight must be (in, " + width + ") for hidden.weight "
                    + weight.shape() + ", it is " + inputWeight.shape());
        }
        if (bias != null && (bias.shape().rank() != 1 || bias.size(0) != width)) {
            throw new IllegalArgumentException(layer + ": hidden.bias must be (" + width + ") for hidden.weight "
                    + weight.shape() + ", it is " + bias.shape());
        }
        this.layer = layer;
        passes = new Passes(layer, parts);
        input = parts.add("input", new Linear(inputWeight, inputBias));
        this.weight = parts.add(new Parameter("hidden.weight", weight));
        this.bias = bias == null ? null : parts.add(new Parameter("hidden.bias", bias));
    }

    /**
     * As PyTorch draws its recurrent layers: all uniform from -1/√hidden to 1/√hidden, first the weight of the inputs,
     * then that of the states, each as (out, in), then the two biases.
     */
    static RecurrentWeights drawn(String layer, int gates, int in, int hidden, TorchRandom random) {
        requireSizes(layer, in, hidden);
        double bound = 1 / Math.sqrt(hidden);
        var inputWeight = transposed(bound, random, gates * hidden, in);
        var weight = transposed(bound, random, gates * hidden, hidden);
        var inputBias = UniformWeights.draw(bound, random, gates * hidden);
        return new RecurrentWeights(
                layer, gates, inputWeight, inputBias, weight, UniformWeights.draw(bound, random, gates * hidden));
    }

    /**
     * As makemore draws the linear layers of its cells, each of an input and a state side by side: one after the other,
     * each as {@link Linear#pytorch}.
     */
    static RecurrentWeights ofLinear(String layer, int gates, int in, int hidden, TorchRandom random) {
        requireSizes(layer, in, hidden);
        var weights = new Tensor[gates];
        var biases = new Tensor[gates];
        for (int i = 0; i < gates; i++) {
            var linear = Linear.pytorch(in + hidden, hidden, true, random);
            weights[i] = linear.weight().value();
            biases[i] = Objects.requireNonNull(linear.bias()).value();
        }
        var weight = Tensor.cat(1, weights);
        return new RecurrentWeights(
                layer, gates, weight.narrow(0, 0, in), Tensor.cat(0, biases), weight.narrow(0, in, hidden), null);
    }

    private static void requireSizes(String layer, int in, int hidden) {
        if (in < 1 || hidden < 1) {
            throw new IllegalArgumentException(
                    layer + ": wants at least 1 input and 1 hidden unit, they are " + in + " and " + hidden);
        }
    }

    private static Tensor transposed(double bound, TorchRandom random, int rows, int columns) {
        return UniformWeights.draw(bound, random, rows, columns).transpose(0, 1);
    }

    int hidden() {
        return weight.value().size(0);
    }

    /** A state of the layer; see {@link RecurrentState}. */
    RecurrentState state(String name, @Nullable Tensor start) {
        return new RecurrentState(layer, parts, name, hidden(), start);
    }

    /** The state before the first step of x. */
    Tensor before(RecurrentState state, Tensor x) {
        return state.before(x, layer, parts.stream());
    }

    /** x · weight + bias of all steps, (N, T, gates·hidden), for the pass to change. */
    Tensor gates(Tensor x) {
        int in = input.weight().value().size(0);
        if (x.shape().rank() != 3 || x.size(1) < 1 || x.size(2) != in) {
            throw new IllegalArgumentException(
                    layer + ": wants (N, T, " + in + ") with T of at least 1, x is " + x.shape());
        }
        return input.forward(x);
    }

    Tensor value() {
        return weight.value();
    }

    Tensor grad() {
        return weight.grad();
    }

    @Nullable
    Tensor biasValue() {
        return bias == null ? null : bias.value();
    }

    /** A stream has no backward pass, as what came before is not kept. */
    void requireWhole() {
        if (parts.isStreaming()) {
            throw new IllegalStateException(
                    layer + ".backward: the past of a stream is not kept; call stream(false), then forward");
        }
    }

    /** dWeight += previousᵀ · d; dBias += Σ d, for the weight and bias of the states. */
    void backward(Tensor previous, Tensor d) {
        Functional.linearBackwardParameters(previous, d, weight.grad(), bias == null ? null : bias.grad());
    }

    /** The same of the inputs, and their gradient. */
    Tensor inputBackward(Tensor dGates) {
        return input.backward(dGates);
    }
}
