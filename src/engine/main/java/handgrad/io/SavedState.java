package handgrad.io;

import handgrad.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The state of a part of a training: tensors and texts by name. A whole number or a double is a text, by
 * {@link Long#toString} or {@link Double#toString}, which loses no bit.
 *
 * @param tensors of any type; they may be the part's own
 * @param texts of any meaning
 */
public record SavedState(Map<String, Tensor> tensors, Map<String, String> texts) {
    /** Keeps the order of both maps. */
    public SavedState {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        texts = Collections.unmodifiableMap(new LinkedHashMap<>(texts));
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
