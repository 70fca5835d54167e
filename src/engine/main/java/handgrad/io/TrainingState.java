package handgrad.io;

import handgrad.data.Batches;
import handgrad.nn.Layer;
import handgrad.optim.Optimizer;
import handgrad.optim.WeightAverage;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * All that the rest of a training depends on, as one value that a {@link Checkpoint} saves and sets again: a training
 * that goes on from it ends with the bits of one that was never interrupted, at any number of threads.
 *
 * <pre>{@code
 * var state = new TrainingState(model, adam).with("batches", batches).with("best", Double.POSITIVE_INFINITY);
 * if (Files.exists(file)) {
 *     Checkpoint.read(file, state);
 * }
 * while (state.step() < 10_000) {
 *     …
 *     adam.step(rate.at(state.step()));
 *     if (state.step() % 1_000 == 0) {
 *         Checkpoint.write(file, state);
 *     }
 * }
 * }</pre>
 *
 * <p>In it are the model's parameters and statistics, the generators that its layers draw from ({@link
 * handgrad.nn.Parts#generators()}), and what the optimiser keeps. What else a loop uses from step to step is named:
 * batches, generators, an average of the weights, numbers such as the best loss so far, and {@link Stateful} parts. A
 * learning rate follows from the step. A layer that keeps more from one training step to the next than parameters,
 * statistics and generators is named as a part as well.
 *
 * <p>Whatever is in one state and not in the other, a checkpoint that does not have all of this, or more, is refused.
 */
public final class TrainingState {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]+");

    private final Layer model;
    private final Optimizer optimizer;
    private final Map<String, Stateful> parts = new LinkedHashMap<>();
    private final Map<String, Double> numbers = new LinkedHashMap<>();
    private final Map<String, String> settings = new LinkedHashMap<>();

    /**
     * The state of a training of this model by this optimiser, in the types that they have.
     *
     * @throws IllegalArgumentException if the optimiser has a parameter that is not in the model
     */
    public TrainingState(Layer model, Optimizer optimizer) {
        this.model = model;
        this.optimizer = optimizer;
        // Settings first: where they differ, the rest does for that reason.
        put("settings", StateParts.ofSettings(settings));
        put("model", StateParts.ofTensors(model::stateDict));
        put("optimizer", StateParts.of(optimizer, model));
        put("generators", StateParts.ofGenerators(model.parts()::generators));
        put("numbers", StateParts.ofNumbers(numbers));
    }

    /** Adds a generator that the training draws from, if it is not one of the model's. */
    public TrainingState with(String name, TorchRandom generator) {
        return put(name, StateParts.ofGenerators(() -> Map.of("state", generator)));
    }

    /** Adds the position of batches. */
    public TrainingState with(String name, Batches batches) {
        return put(name, StateParts.of(batches));
    }

    /** Adds an average of the weights, which must not be swapped in when it is saved. */
    public TrainingState with(String name, WeightAverage average) {
        return put(name, StateParts.of(average));
    }

    /** Adds a part of any kind. */
    public TrainingState with(String name, Stateful part) {
        return put(name, Objects.requireNonNull(part, () -> "TrainingState: " + name + " is null"));
    }

    /** Adds a number that the training changes, {@link #set}, such as the best loss; NaN and infinities are kept. */
    public TrainingState with(String name, double first) {
        requireName(name);
        if (numbers.putIfAbsent(name, first) != null) {
            throw new IllegalArgumentException("TrainingState: two numbers are called " + name);
        }
        return this;
    }

    /**
     * Adds a setting, such as the batch size, that must be the same when a checkpoint is read: one of another value is
     * refused, and the message names the setting and both values.
     */
    public TrainingState withSetting(String name, String value) {
        requireName(name);
        if (settings.putIfAbsent(name, value) != null) {
            throw new IllegalArgumentException("TrainingState: two settings are called " + name);
        }
        return this;
    }

    private TrainingState put(String name, Stateful part) {
        requireName(name);
        if (parts.putIfAbsent(name, part) != null) {
            throw new IllegalArgumentException("TrainingState: two parts are called " + name
                    + "; give each a name of its own, none of " + parts.keySet());
        }
        return this;
    }

    private static void requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "TrainingState: a name has letters, digits, _ and -, not '" + name + "'");
        }
    }

    /** How many steps the optimiser has done, also before the training was interrupted. */
    public int step() {
        return optimizer.steps();
    }

    /** Whether every number of the model's parameters and statistics is finite. */
    public boolean isFinite() {
        return model.stateDict().values().stream()
                .filter(tensor -> tensor.shape().elements() > 0 && tensor.dtype() != DType.INT32)
                .allMatch(tensor -> Double.isFinite(tensor.mean().item())); // it is finite where all elements are
    }

    /**
     * A number of the training.
     *
     * @throws IllegalArgumentException if it was not added
     */
    public double number(String name) {
        return Objects.requireNonNull(numbers.get(requireNumber(name)));
    }

    /**
     * Changes a number of the training.
     *
     * @throws IllegalArgumentException if it was not added
     */
    public void set(String name, double value) {
        numbers.put(requireNumber(name), value);
    }

    private String requireNumber(String name) {
        if (!numbers.containsKey(name)) {
            throw new IllegalArgumentException(
                    "TrainingState: there is no number " + name + "; add it by with(\"" + name + "\", first value)");
        }
        return name;
    }

    /** All parts by name, those that every training has first. */
    Map<String, Stateful> parts() {
        return parts;
    }
}
