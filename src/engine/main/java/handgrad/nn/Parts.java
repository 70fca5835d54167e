package handgrad.nn;

import handgrad.random.TorchRandom;
import handgrad.tensor.Conversion;
import handgrad.tensor.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a layer is made of, each part named once: parameters, statistics, generators and the layers inside it. What a
 * model can do besides its passes follows from it: {@link Layer#parameters()}, {@link Layer#stateDict()}, {@link
 * Layer#train}, {@link Layer#stream} and {@link Layer#to} reach every part at any depth.
 *
 * <pre>{@code
 * final class Residual implements Layer {
 *     private final Parts parts = new Parts();
 *     private final Linear f;
 *
 *     Residual(int width, TorchRandom random) {
 *         f = parts.add("f", new Linear(width, width, random)); // f.weight, f.bias
 *     }
 *     …
 *     @Override public Parts parts() { return parts; }
 * }
 * }</pre>
 *
 * <p>Parts are added in the constructor of their layer. A layer keeps tensors of its last pass, so it has one place in
 * a model; so has a parameter, unless another place says by {@link #tie} that it uses it too.
 */
public final class Parts {
    /** Those of a layer that has none: an activation, say. */
    public static final Parts NONE = new Parts();

    static {
        NONE.close();
    }

    /** A layer inside, at any depth. */
    private record Place(String name, Layer layer) {}

    private final List<StateTensor> tensors = new ArrayList<>();
    private final List<Layer> layers = new ArrayList<>();

    // With the layers inside, at any depth.
    private final List<Place> places = new ArrayList<>();
    private final Map<String, StateTensor> state = new LinkedHashMap<>();
    private final IdentityHashMap<StateTensor, Boolean> tied = new IdentityHashMap<>();
    private final Map<String, StateTensor> tiedNames = new LinkedHashMap<>();
    private final Map<String, TorchRandom> generators = new LinkedHashMap<>();

    private @Nullable List<Parameter> parameters;
    private boolean training = true;
    private int streams;

    /** The parts of a layer that has none yet. */
    public Parts() {}

    /** Those of a layer, which must be all that it has. */
    static Parts of(Layer layer) {
        var parts = Objects.requireNonNull(
                layer.parts(),
                () -> nameOf(layer) + ".parts() is null: return the Parts that the constructor filled, or Parts.NONE");
        var own = layer.parameters();
        if (!own.equals(parts.parameters())) {
            throw new IllegalStateException(nameOf(layer) + ".parameters() gives " + own.size()
                    + " parameters, and its parts have " + parts.parameters().size()
                    + ": do not override it, but add each parameter and each layer to the parts");
        }
        return parts;
    }

    /**
     * Adds a layer.
     *
     * @param name what the names of its tensors begin with, before a dot: {@code f.weight}
     * @return the layer
     * @throws IllegalArgumentException if the layer, a layer inside it or one of its parameters has a place here
     *     already, or a name is there already
     * @throws IllegalStateException if these parts are in use already
     */
    public <L extends Layer> L add(String name, L layer) {
        requireOpen(name);
        Objects.requireNonNull(layer, () -> "Parts: " + name + " is null");
        var inside = of(layer);
        if (inside == this) {
            throw new IllegalArgumentException("Parts: " + name + " is the layer itself");
        }
        place(name, layer);
        inside.places.forEach(place -> place(name + "." + place.name, place.layer));
        inside.tiedNames.forEach((key, tensor) -> tiedNames.put(name + "." + key, tensor));
        inside.state.forEach((key, tensor) -> {
            var full = name + "." + key;
            if (inside.tied.containsKey(tensor)) {
                putTied(full, tensor);
            } else {
                put(full, tensor);
            }
        });
        inside.generators.forEach((key, generator) -> putGenerator(name + "." + key, generator));
        layers.add(layer);
        return layer;
    }

    /** Adds a parameter, by its name, and returns it; errors as for a layer. */
    public Parameter add(Parameter parameter) {
        return addTensor(parameter);
    }

    /** Adds a statistic, by its name, and returns it; errors as for a layer. */
    public Statistic add(Statistic statistic) {
        return addTensor(statistic);
    }

    private <T extends StateTensor> T addTensor(T tensor) {
        requireOpen(tensor.name());
        put(tensor.name(), tensor);
        tensors.add(tensor);
        return tensor;
    }

    /**
     * Says that this layer uses a parameter of another part of the model, as the last layer of a language model may use
     * the table of the first: {@link TiedLinear}. Both backward passes add to its gradient. The parameter is listed,
     * stepped and saved once: under the name of the part that owns it or, where that is no part of the model, under
     * this name.
     *
     * @return the parameter
     */
    public Parameter tie(String name, Parameter parameter) {
        requireOpen(name);
        putTied(name, parameter);
        tensors.add(parameter);
        return parameter;
    }

    /**
     * Adds a generator that the layer draws from in its passes; errors as for a layer. Layers may share one.
     *
     * @return the generator
     */
    public TorchRandom add(String name, TorchRandom generator) {
        requireOpen(name);
        Objects.requireNonNull(generator, () -> "Parts: " + name + " is null");
        putGenerator(name, generator);
        return generator;
    }

    private void requireOpen(String name) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("Parts: a part wants a name");
        }
        if (parameters != null) {
            throw new IllegalStateException(
                    "Parts: " + name + " comes too late: add every part in the constructor, before the layer is used");
        }
    }

    @SuppressWarnings("ReferenceEquality")
    private void place(String name, Layer layer) {
        for (var place : places) {
            if (place.layer == layer) {
                throw new IllegalArgumentException("Parts: " + place.name + " and " + name + " are one "
                        + nameOf(layer) + "; a layer keeps what its last forward needs for backward, so each place"
                        + " wants a layer of its own");
            }
        }
        places.add(new Place(name, layer));
    }

    @SuppressWarnings("ReferenceEquality")
    private void put(String name, StateTensor tensor) {
        if (tied.remove(tensor) != null) {
            state.values().removeIf(each -> each == tensor);
        }
        state.forEach((other, each) -> {
            if (each == tensor || each.value().sharesElements(tensor.value())) {
                throw new IllegalArgumentException("Parts: " + other + " and " + name
                        + " are one tensor; give each a copy of its own, or let the second place say"
                        + " parts.tie(name, parameter)");
            }
        });
        if (state.putIfAbsent(name, tensor) != null) {
            throw new IllegalArgumentException(
                    "Parts: two tensors are called " + name + "; give each part its own name");
        }
    }

    @SuppressWarnings("ReferenceEquality")
    private void putTied(String name, StateTensor tensor) {
        tiedNames.put(name, tensor);
        if (state.values().stream().noneMatch(each -> each == tensor)) {
            put(name, tensor);
            tied.put(tensor, true);
        }
    }

    private void putGenerator(String name, TorchRandom generator) {
        if (!generators.containsValue(generator) && generators.putIfAbsent(name, generator) != null) {
            throw new IllegalArgumentException(
                    "Parts: two generators are called " + name + "; give each part its own name");
        }
    }

    private void close() {
        parameters = state.values().stream()
                .filter(Parameter.class::isInstance)
                .map(Parameter.class::cast)
                .toList();
    }

    /**
     * The names that were given to tied parameters and that the state does not have, each with the one that it has:
     * {@code 3.weight} with {@code 0.weight}. PyTorch's state has both.
     */
    @SuppressWarnings("ReferenceEquality")
    public Map<String, String> ties() {
        var ties = new LinkedHashMap<String, String>();
        tiedNames.forEach((name, tensor) -> state.forEach((owner, each) -> {
            if (each == tensor && !state.containsKey(name)) {
                ties.put(name, owner);
            }
        }));
        return Collections.unmodifiableMap(ties);
    }

    /** The layers inside, at any depth, each by the name that the names of its tensors begin with, before a dot. */
    public Map<String, Layer> layers() {
        var byName = new LinkedHashMap<String, Layer>();
        places.forEach(place -> byName.put(place.name, place.layer));
        return Collections.unmodifiableMap(byName);
    }

    /**
     * The generators that the passes draw from, at any depth, by name. One that layers share is listed once, under the
     * first of its names. Who wants the numbers of a pass once more, such as a gradient check, keeps their states
     * before it and sets them again.
     */
    public Map<String, TorchRandom> generators() {
        return Collections.unmodifiableMap(generators);
    }

    List<Parameter> parameters() {
        if (parameters == null) {
            close();
        }
        return Objects.requireNonNull(parameters);
    }

    Map<String, Parameter> namedParameters() {
        var named = new LinkedHashMap<String, Parameter>();
        state.forEach((name, tensor) -> {
            if (tensor instanceof Parameter parameter) {
                named.put(name, parameter);
            }
        });
        return Collections.unmodifiableMap(named);
    }

    /** The statistics, at any depth. */
    List<Statistic> statistics() {
        return state.values().stream()
                .filter(Statistic.class::isInstance)
                .map(Statistic.class::cast)
                .toList();
    }

    /** Live: it follows the tensors. */
    StateDict stateDict() {
        parameters();
        return new StateDict("the model", state);
    }

    /** Whether the layer is in training, which is the default, or in evaluation. */
    public boolean isTraining() {
        return training;
    }

    /** Whether each input continues the one before it. */
    public boolean isStreaming() {
        return streams > 0;
    }

    /** 0 for whole sequences, otherwise a number that no other stream of this layer has. */
    int stream() {
        return Math.max(0, streams);
    }

    void train(boolean training) {
        parameters();
        if (this != NONE) {
            this.training = training;
        }
        for (var layer : layers) {
            layer.train(training);
            var inside = layer.parts();
            requireReached(inside == NONE || inside.isTraining() == training, layer, "train");
        }
    }

    void stream(boolean streaming) {
        parameters();
        if (this != NONE) {
            int last = Math.abs(streams);
            streams = streaming ? last + 1 : -last;
        }
        for (var layer : layers) {
            layer.stream(streaming);
            var inside = layer.parts();
            requireReached(inside == NONE || inside.isStreaming() == streaming, layer, "stream");
        }
    }

    void to(DType dtype) {
        if (dtype == DType.INT32) {
            throw new IllegalArgumentException("to: a layer is FLOAT32 or FLOAT64, not INT32");
        }
        parameters();
        state.forEach((name, tensor) -> {
            Conversion.requireHeld("to: " + name, tensor.value(), dtype);
            if (tensor instanceof Parameter parameter) {
                Conversion.requireHeld("to: the gradient of " + name, parameter.grad(), dtype);
            }
        });
        tensors.forEach(tensor -> tensor.to(dtype));
        for (var layer : layers) {
            layer.to(dtype);
            requireReached(
                    layer.parameters().stream()
                            .allMatch(parameter -> parameter.value().dtype() == dtype),
                    layer,
                    "to");
        }
    }

    private static void requireReached(boolean reached, Layer layer, String method) {
        if (!reached) {
            throw new IllegalStateException(
                    nameOf(layer) + "." + method + " does not reach its parts: call Layer.super." + method
                            + " where it is overridden, and let parts() return the same Parts each time");
        }
    }

    private static String nameOf(Layer layer) {
        return layer.getClass().getSimpleName();
    }
}
