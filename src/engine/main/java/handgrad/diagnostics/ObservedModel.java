package handgrad.diagnostics;

import handgrad.nn.BatchNorm1d;
import handgrad.nn.Layer;
import handgrad.nn.Sequential;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The last output of each layer of a {@link Sequential} and the last gradient of it, also of those within it. It copies
 * nothing: a layer's tensors stay as they are until its next call. Of another kind of model it observes nothing.
 */
final class ObservedModel {
    private final List<ObservedLayer> layers = new ArrayList<>();
    private final Layer model;
    private @Nullable NotFinite notFinite;
    private @Nullable NotFinite brokenBefore;
    private boolean forwardOnly;
    private int strayPasses;
    private @Nullable ObservedLayer normalizesOne;

    ObservedModel(Layer model) {
        this.model = model;
        if (model instanceof Sequential sequential) {
            observe("", sequential);
        }
    }

    private void observe(String prefix, Sequential sequential) {
        var own = new ObservedLayer[sequential.layers().size()];
        for (int i = 0; i < own.length; i++) {
            var layer = sequential.layers().get(i);
            own[i] = new ObservedLayer(prefix + i, layer);
            if (layer instanceof Sequential inner) {
                observe(own[i].name() + ".", inner);
            } else {
                layers.add(own[i]);
            }
        }
        sequential.observe(new Sequential.Observer() {
            @Override
            public void output(int index, Layer layer, Tensor output) {
                own[index].outputIs(output);
                if (layer instanceof BatchNorm1d norm && norm.isTraining() && output.size(0) == 1) {
                    normalizesOne = own[index];
                }
                if (sequential == model && index == own.length - 1) {
                    forwardDone(output);
                }
            }

            @Override
            public void gradient(int index, Layer layer, Tensor dOut) {
                own[index].gradientIs(dOut);
                brokenBefore = null;
                forwardOnly = false;
            }
        });
    }

    /** Finds what broke first now, as long as the gradients of the last step are there. */
    private void forwardDone(Tensor logits) {
        if (notFinite == null && isBroken(logits)) {
            notFinite = brokenBefore != null ? brokenBefore : NotFinite.find(model, layers);
        }
        if (forwardOnly) {
            strayPasses++;
        }
        forwardOnly = batchNormInTraining() != null;
    }

    /**
     * Whether an element is NaN or +∞; -∞ may be a mask. By a plain loop in float32, asked in every step: a reduction
     * on vectors is slow until it is compiled, which is late where nothing else of a training calls it.
     */
    private static boolean isBroken(Tensor logits) {
        if (logits.dtype() != DType.FLOAT32) {
            return !(logits.sum().item() < Double.POSITIVE_INFINITY);
        }
        float[] elements = logits.floats();
        for (int from = 0; from < elements.length; from += Sample.BLOCK) {
            if (isBroken(elements, from, Math.min(elements.length, from + Sample.BLOCK))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isBroken(float[] elements, int from, int to) {
        for (int i = from; i < to; i++) {
            if (!(elements[i] < Float.POSITIVE_INFINITY)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Carries its fields. The gradients of the last step are not among them: what they would tell at the next forward
     * pass is.
     */
    void fields(StateFields fields) {
        notFinite = NotFinite.fields(fields, "notFinite", notFinite);
        brokenBefore = NotFinite.fields(
                fields, "brokenBefore", brokenBefore != null ? brokenBefore : NotFinite.inLastStep(model, layers));
        forwardOnly = fields.flag("forwardOnly", forwardOnly);
        strayPasses = fields.integer("strayPasses", strayPasses);
        var name = fields.text("normalizesOne", normalizesOne == null ? null : normalizesOne.name());
        normalizesOne = name == null ? null : named(fields, name);
    }

    private @Nullable ObservedLayer named(StateFields fields, String name) {
        var found = layers.stream().filter(layer -> layer.name().equals(name)).findFirst();
        if (found.isEmpty()) {
            fields.fault("normalizesOne is layer " + name + ", which the model does not have");
        }
        return found.orElse(null);
    }

    /** The first layer that normalises by the batch, or null where there is none. */
    @Nullable
    ObservedLayer batchNormInTraining() {
        for (var each : layers) {
            if (each.layer() instanceof BatchNorm1d norm && norm.isTraining()) {
                return each;
            }
        }
        return null;
    }

    /** The layers, the one next to the input first. */
    List<ObservedLayer> layers() {
        return layers;
    }

    /** The output of the last layer, or null. */
    @Nullable
    Tensor logits() {
        return layers.isEmpty() ? null : layers.getLast().output();
    }

    /** The gradient of the loss with respect to the logits, or null. */
    @Nullable
    Tensor dLogits() {
        return layers.isEmpty() ? null : layers.getLast().gradient();
    }

    /** What broke first, once the logits are not finite. */
    @Nullable
    NotFinite notFinite() {
        return notFinite;
    }

    /** How many forward passes in training mode no backward pass followed, the last one not counted. */
    int strayPasses() {
        return strayPasses;
    }

    /** Whether the last forward pass was in training mode and no backward pass has followed. */
    boolean isForwardOnly() {
        return forwardOnly;
    }

    /** A batch normalisation that has normalised a batch of one row by itself, or null. */
    @Nullable
    ObservedLayer normalizesOne() {
        return normalizesOne;
    }
}
