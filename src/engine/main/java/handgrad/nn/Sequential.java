package handgrad.nn;

import handgrad.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Layers one after the other. Parameters are named by position, as in PyTorch: {@code 2.weight}. */
public final class Sequential implements Layer {
    private final Parts parts = new Parts();
    private final Passes passes = new Passes("Sequential", parts);
    private final List<Layer> layers;
    private @Nullable Observer observer;

    /**
     * Who is shown what passes between the layers. The tensors belong to the layers, which overwrite them at their next
     * call; an observer reads them and changes nothing.
     */
    public interface Observer {
        /** Called in the forward pass after each layer, with its position from 0 and its output. */
        void output(int index, Layer layer, Tensor output);

        /** Called in the backward pass before each layer, with the gradient of its output. */
        void gradient(int index, Layer layer, Tensor dOut);
    }

    /** A model of these layers, each a layer of its own, the first one next to the input. */
    public Sequential(Layer... layers) {
        for (int i = 0; i < layers.length; i++) {
            parts.add(String.valueOf(i), layers[i]);
        }
        this.layers = List.of(layers);
    }

    /** The layers, the first one next to the input. */
    public List<Layer> layers() {
        return layers;
    }

    /**
     * Lets an observer see every pass from now on; null for none.
     *
     * @throws IllegalStateException if there is another observer already
     */
    @SuppressWarnings("ReferenceEquality")
    public void observe(@Nullable Observer observer) {
        if (observer != null && this.observer != null && this.observer != observer) {
            throw new IllegalStateException(
                    "Sequential.observe: the model has an observer already; take it away with observe(null)");
        }
        this.observer = observer;
    }

    /** out = layerₖ(… layer₁(x)). */
    @Override
    public Tensor forward(Tensor x) {
        try (var pass = passes.forward(x)) {
            var out = x;
            for (int i = 0; i < layers.size(); i++) {
                out = observed(i, layers.get(i).forward(out));
            }
            return pass.passedOn(out);
        }
    }

    /** The chain rule: each layer's backward, from the last to the first. */
    @Override
    public Tensor backward(Tensor dOut) {
        try (var _ = passes.backward(dOut)) {
            var d = dOut;
            for (int i = layers.size() - 1; i >= 0; i--) {
                d = layers.get(i).backward(observedGradient(i, d));
            }
            return d;
        }
    }

    /** Shows the output of a layer, and returns it. */
    Tensor observed(int index, Tensor output) {
        if (observer != null) {
            observer.output(index, layers.get(index), output);
        }
        return output;
    }

    /** Shows the gradient of the output of a layer, and returns it. */
    Tensor observedGradient(int index, Tensor dOut) {
        if (observer != null) {
            observer.gradient(index, layers.get(index), dOut);
        }
        return dOut;
    }

    @Override
    public Parts parts() {
        return parts;
    }
}
