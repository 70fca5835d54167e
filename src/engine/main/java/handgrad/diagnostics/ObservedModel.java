package handgrad.diagnostics;

import handgrad.nn.BatchNorm1d;
import handgrad.nn.Layer;
import handgrad.nn.Sequential;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The last output of each layer of a {@link Sequential} and the last gradient of it, also of those within it. It copies
 * nothing: a layer's tensors stay as they are until its next call. Another kind of model has no places.
 */
final class Watch {
    /** A layer in its place. */
    static final class Place {
        private final String name;
        private final Layer layer;
        private @Nullable Tensor output;
        private @Nullable Tensor gradient;

        private Place(String name, Layer layer) {
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

        String kind() {
            return layer.getClass().getSimpleName();
        }

        /** As the notebook calls it: {@code layer 2 (Tanh)}. */
        @Override
        public String toString() {
            return "layer " + name + " (" + kind() + ")";
        }
    }

    private final List<Place> places = new ArrayList<>();
    private final Layer model;
    private @Nullable NotFinite notFinite;
    private boolean forwardOnly;
    private int strayPasses;
    private @Nullable Place normalizesOne;

    Watch(Layer model) {
        this.model = model;
        if (model instanceof Sequential sequential) {
            watch("", sequential);
        }
    }

    private void watch(String prefix, Sequential sequential) {
        var own = new Place[sequential.layers().size()];
        for (int i = 0; i < own.length; i++) {
            var layer = sequential.layers().get(i);
            own[i] = new Place(prefix + i, layer);
            if (layer instanceof Sequential inner) {
                watch(own[i].name + ".", inner);
            } else {
                places.add(own[i]);
            }
        }
        sequential.observe(new Sequential.Observer() {
            @Override
            public void output(int index, Layer layer, Tensor output) {
                own[index].output = output;
                if (layer instanceof BatchNorm1d norm && norm.isTraining() && output.size(0) == 1) {
                    normalizesOne = own[index];
                }
                if (sequential == model && index == own.length - 1) {
                    forwardDone(output);
                }
            }

            @Override
            public void gradient(int index, Layer layer, Tensor dOut) {
                own[index].gradient = dOut;
                forwardOnly = false;
            }
        });
    }

    /** Now, before a backward pass overwrites the gradients of the last step, is the time to look what broke first. */
    private void forwardDone(Tensor logits) {
        double sum = logits.sum().item();
        if (notFinite == null && !(sum < Double.POSITIVE_INFINITY)) { // -∞ may be a mask
            notFinite = NotFinite.find(model, places);
        }
        if (forwardOnly) {
            strayPasses++;
        }
        forwardOnly = batchNormInTraining() != null;
    }

    /** The first layer that normalises by the batch, or null where there is none. */
    @Nullable
    Place batchNormInTraining() {
        for (var place : places) {
            if (place.layer instanceof BatchNorm1d norm && norm.isTraining()) {
                return place;
            }
        }
        return null;
    }

    /** The layers, the one next to the input first. */
    List<Place> places() {
        return places;
    }

    /** The output of the last layer, or null. */
    @Nullable
    Tensor logits() {
        return places.isEmpty() ? null : places.getLast().output;
    }

    /** The gradient of the loss with respect to the logits, or null. */
    @Nullable
    Tensor dLogits() {
        return places.isEmpty() ? null : places.getLast().gradient;
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
    Place normalizesOne() {
        return normalizesOne;
    }
}
