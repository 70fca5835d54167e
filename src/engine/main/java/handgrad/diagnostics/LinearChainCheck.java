package handgrad.diagnostics;

import handgrad.nn.Layer;
import handgrad.tensor.Tensor;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Linear layers with nothing between that bends: together they are one. */
final class LinearChainCheck implements Check {
    @Override
    public Rule rule() {
        return Rule.NO_NON_LINEARITY;
    }

    @Override
    public @Nullable String find(ObservedStep observed) {
        ObservedLayer first = null;
        for (var layer : observed.model().layers()) {
            switch (LayerTraits.of(layer.layer()).linearity()) {
                case LINEAR -> {
                    if (first != null && isWasted(first.layer(), layer.layer())) {
                        return String.format(
                                Locale.ROOT,
                                "There is no non-linearity between %s and %s, so the two can learn no more than one"
                                        + " linear layer. Put a Tanh or a Relu between them.",
                                first,
                                layer);
                    }
                    first = layer;
                }
                case TRANSPARENT -> {}
                case NON_LINEAR -> first = null;
            }
        }
        return null;
    }

    /** Not so where the width between them is a bottleneck, which makes one matrix of two smaller ones on purpose. */
    private static boolean isWasted(Layer first, Layer second) {
        var weight = weight(first);
        return weight.size(1) >= Math.min(weight.size(0), weight(second).size(1));
    }

    /** The matrix of a linear layer, (fanIn, fanOut): its first parameter. */
    private static Tensor weight(Layer linear) {
        return linear.parameters().getFirst().value();
    }
}
