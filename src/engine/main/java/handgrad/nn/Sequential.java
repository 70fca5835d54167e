package handgrad.nn;

import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Layers one after the other. Parameters are named by position, as in PyTorch: {@code 2.weight}. */
public final class Sequential implements Layer {
    private final List<Layer> layers;
    private final List<Parameter> parameters;
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
        this.layers = List.of(layers);
        requireDistinct(this.layers);
        var all = new ArrayList<Parameter>();
        this.layers.forEach(layer -> all.addAll(layer.parameters()));
        this.parameters = List.copyOf(all);
    }

    @SuppressWarnings("ReferenceEquality")
    private static void requireDistinct(List<Layer> layers) {
        for (int i = 0; i < layers.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (layers.get(i) == layers.get(j)) {
                    throw new IllegalArgumentException("Sequential: layers " + j + " and " + i + " are one "
                            + layers.get(i).getClass().getSimpleName() + "; a layer keeps what its last forward needs"
                            + " for backward, so each place wants a layer of its own");
                }
            }
        }
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
        var out = x;
        for (int i = 0; i < layers.size(); i++) {
            out = layers.get(i).forward(out);
            if (observer != null) {
                observer.output(i, layers.get(i), out);
            }
        }
        return out;
    }

    /** The chain rule: each layer's backward, from the last to the first. */
    @Override
    public Tensor backward(Tensor dOut) {
        var d = dOut;
        for (int i = layers.size() - 1; i >= 0; i--) {
            if (observer != null) {
                observer.gradient(i, layers.get(i), d);
            }
            d = layers.get(i).backward(d);
        }
        return d;
    }

    @Override
    public List<Parameter> parameters() {
        return parameters;
    }

    @Override
    public void train(boolean training) {
        layers.forEach(layer -> layer.train(training));
    }

    @Override
    public void stream(boolean streaming) {
        layers.forEach(layer -> layer.stream(streaming));
    }

    @Override
    public void to(DType dtype) {
        layers.forEach(layer -> layer.to(dtype));
    }

    @Override
    public Map<String, Tensor> stateDict() {
        var state = new LinkedHashMap<String, Tensor>();
        for (int i = 0; i < layers.size(); i++) {
            var prefix = i + ".";
            layers.get(i).stateDict().forEach((name, tensor) -> state.put(prefix + name, tensor));
        }
        return state;
    }
}
