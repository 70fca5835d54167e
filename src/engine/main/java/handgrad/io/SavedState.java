package handgrad.io;

import handgrad.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The state of a part of a training: tensors and texts by name. A whole number or a double is a text, by
 * {@link Long#toString} or {@link Double#toString}, which loses no bit.
 *
 * <p>Equal states give equal bytes in a file: texts are in the order of their names, whatever that of their map, and
 * tensors in the order of theirs, so that a map without an order, such as {@link Map#of}, is one for a single tensor.
 *
 * @param tensors of any type; they may be the part's own
 * @param texts of any meaning
 */
public record SavedState(Map<String, Tensor> tensors, Map<String, String> texts) {
    /** Keeps the order of the tensors. */
    public SavedState {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        texts = Collections.unmodifiableMap(new TreeMap<>(texts));
    }

    /** A state of tensors alone. */
    public static SavedState ofTensors(Map<String, Tensor> tensors) {
        return new SavedState(tensors, Map.of());
    }

    /** A state of texts alone. */
    public static SavedState ofTexts(Map<String, String> texts) {
        return new SavedState(Map.of(), texts);
    }

    /** Whether there is nothing in it. */
    boolean isEmpty() {
        return tensors.isEmpty() && texts.isEmpty();
    }

    /** A copy with tensors of its own, which stay as they are. */
    SavedState copy() {
        var copies = new LinkedHashMap<String, Tensor>();
        tensors.forEach((name, tensor) -> copies.put(name, tensor.copy()));
        return new SavedState(copies, texts);
    }
}
