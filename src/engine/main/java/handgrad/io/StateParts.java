package handgrad.io;

import handgrad.data.Batches;
import handgrad.file.PrintableText;
import handgrad.nn.Layer;
import handgrad.nn.Parameter;
import handgrad.nn.StateDict;
import handgrad.optim.Optimizer;
import handgrad.optim.WeightAverage;
import handgrad.random.RandomState;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What the engine's own classes keep from step to step, as parts of a training. */
final class StateParts {
    private static final String POSITION = "position";
    private static final String SETTINGS = "settings";
    private static final String PARAMETERS = "parameters";

    private StateParts() {}

    /** The tensors of a model, an optimiser or an average. */
    static Stateful ofTensors(Supplier<StateDict> state) {
        return new Stateful() {
            @Override
            public SavedState save() {
                return SavedState.ofTensors(state.get());
            }

            @Override
            public void restore(SavedState saved) {
                requireNames("text", Map.of(), saved.texts());
                state.get().load(saved.tensors());
            }
        };
    }

    /** Generators, each an INT32 tensor of the integers of its {@link RandomState}. */
    static Stateful ofGenerators(Supplier<Map<String, TorchRandom>> generators) {
        return new Stateful() {
            @Override
            public SavedState save() {
                var tensors = new LinkedHashMap<String, Tensor>();
                generators.get().forEach((name, generator) -> tensors.put(name, integers(generator.state())));
                return SavedState.ofTensors(tensors);
            }

            @Override
            public void restore(SavedState saved) {
                requireNames("generator", generators.get(), saved.tensors());
                var states = new LinkedHashMap<String, RandomState>();
                saved.tensors().forEach((name, tensor) -> states.put(name, state(name, tensor)));
                generators
                        .get()
                        .forEach((name, generator) -> generator.setState(Objects.requireNonNull(states.get(name))));
            }
        };
    }

    private static Tensor integers(RandomState state) {
        int[] integers = state.toArray();
        return Tensor.of(integers, integers.length);
    }

    private static RandomState state(String name, Tensor tensor) {
        if (tensor.dtype() != DType.INT32) {
            throw new IllegalArgumentException(name + " is " + tensor.dtype() + ", the state of a generator is INT32");
        }
        try {
            return RandomState.of(tensor.ints());
        } catch (IllegalArgumentException exception) {
            throw new IllegalArgumentException(name + ": " + exception.getMessage(), exception);
        }
    }

    /** An average of the weights. */
    static Stateful of(WeightAverage average) {
        var tensors = ofTensors(average::stateDict);
        return new Stateful() {
            @Override
            public SavedState save() {
                if (average.isSwappedIn()) {
                    throw new IllegalStateException("the averages are in the model; close what swapIn returned first");
                }
                return new SavedState(
                        tensors.save().tensors(), Map.of(SETTINGS, "WeightAverage decay=" + average.decay()));
            }

            @Override
            public void restore(SavedState saved) {
                requireEqual(save().texts(), saved.texts());
                tensors.restore(SavedState.ofTensors(saved.tensors()));
            }
        };
    }

    /** What an optimiser keeps for the parameters of a model, all of which must be the model's. */
    static Stateful of(Optimizer optimizer, Layer model) {
        var tensors = ofTensors(() -> optimizer.stateDict(model));
        tensors.save();
        return new Stateful() {
            @Override
            public SavedState save() {
                return new SavedState(
                        tensors.save().tensors(),
                        Map.of(SETTINGS, optimizer.settings(), PARAMETERS, namesInOrder(optimizer, model)));
            }

            @Override
            public void restore(SavedState saved) {
                requireEqual(save().texts(), saved.texts());
                tensors.restore(SavedState.ofTensors(saved.tensors()));
            }
        };
    }

    /** The order counts: the groups follow it, and so does the sum in the norm of all gradients. */
    private static String namesInOrder(Optimizer optimizer, Layer model) {
        var names = new IdentityHashMap<Parameter, String>();
        model.namedParameters().forEach((name, parameter) -> names.put(parameter, name));
        return optimizer.parameters().stream().map(names::get).collect(Collectors.joining(", "));
    }

    /** The position of batches. */
    static Stateful of(Batches batches) {
        return new Stateful() {
            @Override
            public SavedState save() {
                return SavedState.ofTexts(
                        Map.of(SETTINGS, batches.settings(), POSITION, Long.toString(batches.position())));
            }

            @Override
            public void restore(SavedState saved) {
                requireNames("text", save().texts(), saved.texts());
                requireEqual(SETTINGS, batches.settings(), saved.texts());
                batches.setPosition(number(POSITION, saved.texts(), Long::valueOf));
            }
        };
    }

    /** Texts that must be the same in both. */
    static Stateful ofSettings(Map<String, String> settings) {
        return new Stateful() {
            @Override
            public SavedState save() {
                return SavedState.ofTexts(settings);
            }

            @Override
            public void restore(SavedState saved) {
                requireEqual(settings, saved.texts());
            }
        };
    }

    /** Numbers by name, which this map holds. */
    static Stateful ofNumbers(Map<String, Double> numbers) {
        return new Stateful() {
            @Override
            public SavedState save() {
                var texts = new LinkedHashMap<String, String>();
                numbers.forEach((name, number) -> texts.put(name, Double.toString(number)));
                return SavedState.ofTexts(texts);
            }

            @Override
            public void restore(SavedState saved) {
                requireNames("number", numbers, saved.texts());
                var read = new LinkedHashMap<String, Double>();
                numbers.keySet().forEach(name -> read.put(name, number(name, saved.texts(), Double::valueOf)));
                numbers.putAll(read);
            }
        };
    }

    private static <T> T number(String name, Map<String, String> texts, Function<String, T> parse) {
        var text = Objects.requireNonNull(texts.get(name));
        try {
            return parse.apply(text);
        } catch (NumberFormatException exception) {
            throw new IllegalArgumentException(name + " is no number: " + text, exception);
        }
    }

    private static void requireEqual(Map<String, String> wanted, Map<String, String> found) {
        requireNames("text", wanted, found);
        wanted.forEach((name, value) -> requireEqual(name, value, found));
    }

    private static void requireEqual(String name, String wanted, Map<String, String> found) {
        var text = Objects.requireNonNull(found.get(name));
        if (!text.equals(wanted)) {
            throw new IllegalArgumentException(
                    name + " was " + PrintableText.excerpt(text) + " and is " + PrintableText.excerpt(wanted) + " now");
        }
    }

    /** Refuses other names than these, and says which are missing and which are too many. */
    static void requireNames(String kind, Map<String, ?> wanted, Map<String, ?> found) {
        var missing = new TreeSet<>(wanted.keySet());
        missing.removeAll(found.keySet());
        var unexpected = new TreeSet<>(found.keySet());
        unexpected.removeAll(wanted.keySet());
        if (!missing.isEmpty() || !unexpected.isEmpty()) {
            throw new IllegalArgumentException(
                    (missing.isEmpty() ? "" : "missing " + kind + " " + String.join(", ", missing))
                            + (missing.isEmpty() || unexpected.isEmpty() ? "" : "; ")
                            + (unexpected.isEmpty() ? "" : "unexpected " + kind + " " + String.join(", ", unexpected)));
        }
    }
}
