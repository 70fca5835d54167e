package handgrad.app.diagram;

import handgrad.app.diagram.DiagramSubject.LayerSpan;
import handgrad.check.pass.NamedPass;
import handgrad.data.Batch;
import handgrad.data.Names;
import handgrad.models.LectureModel;
import handgrad.models.NamedLayer;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Embedding;
import handgrad.nn.Layer;
import handgrad.nn.Linear;
import handgrad.nn.Parameter;
import handgrad.nn.Sequential;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** A lecture's model with fresh weights and the first batch of its training, whose tensors have names. */
final class ModelRun {
    private static final int BATCH = 32;

    /** Where a model predicts at every position of a sequence: as few as show it. */
    private static final int POSITIONS = 16;

    private static final long SPLIT_SEED = 42;

    private final Layer model;
    private final Batch batch;
    private final CrossEntropyLoss loss = new CrossEntropyLoss();
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();
    private final List<LayerSpan> spans = new ArrayList<>();

    /** Draws weights and batch as the lecture's training does. */
    ModelRun(LectureModel lecture, DType dtype) {
        var defaults = lecture.defaults();
        var random = TorchRandom.seeded(defaults.seed());
        model = lecture.build(defaults.sizes(), random);
        model.to(dtype);
        var split = Names.bundled().split(SPLIT_SEED, defaults.sizes().blockSize());
        batch = lecture.isConvolution()
                ? split.train().sequence().batch(defaults.batchSize(), POSITIONS, random)
                : split.train().batch(BATCH, random);
        if (model instanceof Sequential sequential) {
            describe(sequential.layers());
        } else {
            model.parameters().forEach(parameter -> parameters.put(parameter.name(), parameter));
        }
    }

    /** Names the layers' outputs by their kind, numbered where there are several of a kind, and the last one logits. */
    private void describe(List<Layer> layers) {
        var counts = new HashMap<String, Integer>();
        layers.forEach(layer -> counts.merge(kind(layer), 1, Integer::sum));
        var seen = new HashMap<String, Integer>();
        for (int i = 0; i < layers.size(); i++) {
            var kind = kind(layers.get(i));
            int number = seen.merge(kind, 1, Integer::sum);
            var name = kind.replaceFirst("Consecutive|1d|GatedResidual", "").toLowerCase(Locale.ROOT)
                    + (Objects.requireNonNull(counts.get(kind)) > 1 ? number : "");
            var own = new ArrayList<String>();
            var state = layers.get(i).stateDict();
            for (var parameter : layers.get(i).parameters()) {
                own.add(name + "." + nameIn(state, parameter));
                parameters.put(own.getLast(), parameter);
            }
            spans.add(new LayerSpan(
                    i + "." + kind, title(layers.get(i)), i == layers.size() - 1 ? "logits" : name, List.copyOf(own)));
        }
    }

    /** The name of a parameter in the state of a layer, which may be made of layers itself. */
    @SuppressWarnings("ReferenceEquality")
    private static String nameIn(Map<String, Tensor> state, Parameter parameter) {
        return state.entrySet().stream()
                .filter(entry -> entry.getValue() == parameter.value())
                .findFirst()
                .map(Map.Entry::getKey)
                .orElse(parameter.name());
    }

    private static String kind(Layer layer) {
        return layer.getClass().getSimpleName();
    }

    private static String title(Layer layer) {
        return switch (layer) {
            case Linear linear -> "Linear " + sizes(linear.weight());
            case Embedding embedding -> "Embedding " + sizes(embedding.weight());
            default -> kind(layer);
        };
    }

    private static String sizes(Parameter parameter) {
        return parameter.value().size(0) + " → " + parameter.value().size(1);
    }

    Batch batch() {
        return batch;
    }

    /** The layers, where the model is a chain of them. */
    List<LayerSpan> spans() {
        return List.copyOf(spans);
    }

    long parameterCount() {
        return model.parameterCount();
    }

    /** The loss. The names get parameters and intermediate tensors; a parameter that they replace is overwritten. */
    double forward(NamedPass.Names names) {
        parameters.forEach((name, parameter) -> {
            var value = parameter.value();
            var used = names.name(name, value);
            if (!used.equals(value)) {
                value.copyFrom(used);
            }
        });
        return loss.forward(logits(names), batch.y());
    }

    private Tensor logits(NamedPass.Names names) {
        if (model instanceof NamedLayer layer) {
            return layer.forward(batch.x(), names);
        }
        if (model instanceof Sequential sequential) {
            var out = batch.x();
            for (int i = 0; i < spans.size(); i++) {
                out = names.name(
                        spans.get(i).output(), sequential.layers().get(i).forward(out));
            }
            return out;
        }
        return names.name("logits", model.forward(batch.x()));
    }

    /** The same as a pass of the gradient checker, for a run in FLOAT64. */
    NamedPass pass() {
        var initial = new HashMap<String, Tensor>();
        parameters.forEach(
                (name, parameter) -> initial.put(name, parameter.value().copy()));
        return NamedPass.of(names -> {
            // What an earlier run has moved is put back.
            parameters.forEach(
                    (name, parameter) -> parameter.value().copyFrom(Objects.requireNonNull(initial.get(name))));
            return Tensor.zeros(DType.FLOAT64, Shape.SCALAR).fill(forward(names));
        });
    }

    /** The gradients by name: of all parameters and, in a chain of layers, of what each layer makes. */
    Map<String, Tensor> gradients() {
        var gradients = new LinkedHashMap<String, Tensor>();
        loss.forward(model.forward(batch.x()), batch.y());
        var d = loss.backward();
        gradients.put("logits", d.copy());
        if (model instanceof Sequential sequential) {
            for (int i = spans.size() - 1; i >= 0; i--) {
                d = sequential.layers().get(i).backward(d);
                if (i > 0) {
                    gradients.put(spans.get(i - 1).output(), d.copy());
                }
            }
        } else {
            model.backward(d);
        }
        parameters.forEach(
                (name, parameter) -> gradients.put(name, parameter.grad().copy()));
        return gradients;
    }
}
