package handgrad.nn;

import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Layers one after the other. Parameters are named by position, as in PyTorch: {@code 2.weight}. */
public final class Sequential implements Layer {
    private final List<Layer> layers;
    private final List<Parameter> parameters;

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

    /** out = layerₖ(… layer₁(x)). */
    @Override
    public Tensor forward(Tensor x) {
        var out = x;
        for (int i = 0; i < layers.size(); i++) {
            out = layers.get(i).forward(out);
        }
        return out;
    }

    /** The chain rule: each layer's backward, from the last to the first. */
    @Override
    public Tensor backward(Tensor dOut) {
        var d = dOut;
        for (int i = layers.size() - 1; i >= 0; i--) {
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
