package handgrad.diagnostics;

import handgrad.file.PrintableText;
import handgrad.io.SavedState;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Carries the fields of objects into a {@link SavedState} and out of one again. An object names its fields once, for
 * both ways: it hands over what each is and takes back what each shall be.
 *
 * <pre>{@code
 * void fields(StateFields fields) {
 *     count = fields.integer("count", count);
 *     largest = fields.number("largest", largest);
 * }
 * }</pre>
 */
final class StateFields {
    /** The size of a dimension that may have any. */
    static final int ANY = -1;

    private final boolean isSaving;
    private final Map<String, Tensor> tensors;
    private final Map<String, String> texts;
    private final List<String> faults = new ArrayList<>();
    private final TreeSet<String> unknown = new TreeSet<>();

    private StateFields(@Nullable SavedState saved) {
        isSaving = saved == null;
        tensors = saved == null ? new LinkedHashMap<>() : saved.tensors();
        texts = saved == null ? new LinkedHashMap<>() : saved.texts();
        tensors.keySet().forEach(name -> unknown.add("tensor " + name));
        texts.keySet().forEach(name -> unknown.add("text " + name));
    }

    /** What an object hands over. */
    static SavedState save(Consumer<StateFields> object) {
        var fields = new StateFields(null);
        object.accept(fields);
        return new SavedState(fields.tensors, fields.texts);
    }

    /**
     * Gives an object what it handed over once.
     *
     * @throws IllegalArgumentException if something is missing, unknown or cannot be; the message says all that is
     *     wrong, and the object is as it was
     */
    static void restore(String name, SavedState saved, Consumer<StateFields> object) {
        var before = save(object);
        var fields = new StateFields(saved);
        object.accept(fields);
        fields.unknown.forEach(each -> fields.fault("unknown " + each));
        if (!fields.faults.isEmpty()) {
            object.accept(new StateFields(before));
            throw new IllegalArgumentException(
                    name + ": the saved state does not fit: " + String.join("; ", fields.faults));
        }
    }

    /** Says that what was read cannot be; the object goes on with whatever it has, which does not last. */
    void fault(String text) {
        faults.add(PrintableText.of(text));
    }

    double number(String name, double value) {
        return field(name, value, number -> Double.toString(number), Double::valueOf);
    }

    int integer(String name, int value) {
        return field(name, value, number -> Integer.toString(number), Integer::valueOf);
    }

    boolean flag(String name, boolean value) {
        return field(name, value, flag -> Boolean.toString(flag), text -> switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException();
        });
    }

    /** A text, or null. */
    @Nullable
    String text(String name, @Nullable String value) {
        var text = field(name, value == null ? "" : value, same -> same, same -> same);
        return text.isEmpty() ? null : text;
    }

    private <T> T field(String name, T value, Function<T, String> write, Function<String, T> read) {
        if (isSaving) {
            texts.put(name, write.apply(value));
            return value;
        }
        var text = known("text", name, texts);
        if (text == null) {
            return value;
        }
        try {
            return read.apply(text);
        } catch (IllegalArgumentException exception) {
            fault(name + " cannot be '" + PrintableText.excerpt(text) + "'");
            return value;
        }
    }

    private <T> @Nullable T known(String kind, String name, Map<String, T> all) {
        unknown.remove(kind + " " + name);
        var found = all.get(name);
        if (found == null) {
            fault("missing " + kind + " " + name);
        }
        return found;
    }

    /**
     * A tensor that nobody changes, of any type; one that is read is a copy.
     *
     * @param sizes which it must have, {@link #ANY} for any; if it cannot be read, one of zeros with them is returned
     */
    Tensor tensor(String name, Tensor value, int... sizes) {
        if (isSaving) {
            tensors.put(name, value);
            return value;
        }
        var saved = known("tensor", name, tensors);
        if (saved != null && saved.dtype() == value.dtype() && fits(saved.shape(), sizes)) {
            return saved.copy();
        }
        if (saved != null) {
            fault("%s is %s %s and must be %s %s"
                    .formatted(name, saved.dtype(), saved.shape(), value.dtype(), wanted(sizes)));
        }
        return Tensor.zeros(
                value.dtype(),
                Shape.of(Arrays.stream(sizes).map(size -> Math.max(0, size)).toArray()));
    }

    private static boolean fits(Shape shape, int[] sizes) {
        boolean fits = shape.rank() == sizes.length;
        for (int d = 0; fits && d < sizes.length; d++) {
            fits = sizes[d] == ANY || sizes[d] == shape.size(d);
        }
        return fits;
    }

    /** As a shape is written: {@code (n, 3)}. */
    private static String wanted(int[] sizes) {
        return Arrays.stream(sizes)
                .mapToObj(size -> size == ANY ? "n" : Integer.toString(size))
                .collect(Collectors.joining(", ", "(", ")"));
    }

    /**
     * Records, as a tensor of their numbers and a text of their characters.
     *
     * @param any one of their kind
     * @param components carries the components of one
     */
    <T> List<T> records(String name, List<T> values, T any, BiFunction<RecordStream, T, T> components) {
        if (isSaving) {
            var stream = new RecordStream();
            stream.list(values, any, components);
            tensor(name, stream.numbers(), ANY);
            text(name, stream.text());
            return values;
        }
        var numbers = tensor(name, Tensor.zeros(DType.FLOAT64, Shape.of(0)), ANY);
        var text = text(name, "");
        try {
            return new RecordStream(numbers, text == null ? "" : text).all(any, components);
        } catch (IllegalArgumentException exception) {
            fault(name + ": " + exception.getMessage());
            return values;
        }
    }
}
