package handgrad.diagnostics;

import handgrad.nn.Layer;
import handgrad.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** A layer of a model with its last output and the last gradient of that. */
final class ObservedLayer {
    private final String name;
    private final Layer layer;
    private @Nullable Tensor output;
    private @Nullable Tensor gradient;

    ObservedLayer(String name, Layer layer) {
        this.name = name;
        this.layer = layer;
    }

    String name() {
        return name;
    }

    Layer layer() {
        return layer;
    }

    /** The last output, or null before the first. */
    @Nullable
    Tensor output() {
        return output;
    }

    /** The gradient of the loss with respect to the last output but for evaluations, or null before the first. */
    @Nullable
    Tensor gradient() {
        return gradient;
    }

    void outputIs(Tensor tensor) {
        output = tensor;
    }

    void gradientIs(Tensor tensor) {
        gradient = tensor;
    }

    String kind() {
        return layer.getClass().getSimpleName();
    }

    /** As the notebook calls it: {@code layer 2 (Tanh)}. */
    @Override
    public String toString() {
        return "layer " + name + " (" + kind() + ")";
    }
}
