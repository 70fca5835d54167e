package handgrad.io;

import handgrad.file.PrintableText;
import handgrad.tensor.DType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** A checkpoint on its way into a training: all of it is set, or nothing is changed. */
record Restoring(Safetensors content, Map<String, Stateful> parts) {
    void restore() {
        content.tensors().keySet().forEach(this::requireKnown);
        Checkpoint.within(Checkpoint.STATE, content.metadata()).keySet().forEach(this::requireKnown);
        var before = new LinkedHashMap<String, SavedState>();
        parts.forEach(
                (name, part) -> before.put(name, Checkpoint.save(name, part).copy()));
        before.forEach((name, own) -> requireFitting(name, saved(name), own));
        var begun = new ArrayList<String>();
        try {
            parts.forEach((name, part) -> {
                begun.add(name);
                restore(name, part, saved(name));
            });
        } catch (RuntimeException exception) {
            begun.forEach(name -> undo(name, Objects.requireNonNull(before.get(name)), exception));
            throw exception;
        }
    }

    private void requireKnown(String name) {
        var part = name.substring(0, Math.max(0, name.indexOf('.')));
        if (!parts.containsKey(part)) {
            throw new IllegalArgumentException(
                    "it has " + PrintableText.excerpt(name) + ", and this training has no part "
                            + PrintableText.excerpt(part) + "; add it to the TrainingState");
        }
    }

    /** What the file has of a part. */
    private SavedState saved(String name) {
        return new SavedState(
                Checkpoint.within(name + ".", content.tensors()),
                Checkpoint.within(Checkpoint.STATE + name + ".", content.metadata()));
    }

    private static void requireFitting(String name, SavedState saved, SavedState own) {
        if (saved.isEmpty() && !own.isEmpty()) {
            throw new IllegalArgumentException("it has nothing of " + name);
        }
        saved.tensors().forEach((key, tensor) -> {
            var wanted = own.tensors().get(key);
            if (wanted != null && wanted.dtype() != tensor.dtype()) {
                throw new IllegalArgumentException(name + "." + key + " is " + tensor.dtype() + " in it, and "
                        + wanted.dtype() + " now"
                        + (wanted.dtype() == DType.INT32 || tensor.dtype() == DType.INT32
                                ? ""
                                : "; convert the model first, model.to(" + tensor.dtype() + ")"));
            }
        });
    }

    private static void restore(String name, Stateful part, SavedState saved) {
        try {
            part.restore(saved);
        } catch (IllegalArgumentException exception) {
            throw new IllegalArgumentException(name + ": " + exception.getMessage(), exception);
        }
    }

    /** A part that does not take back its own state must not keep the others from theirs. */
    private void undo(String name, SavedState before, RuntimeException failure) {
        try {
            Objects.requireNonNull(parts.get(name)).restore(before);
        } catch (RuntimeException late) {
            failure.addSuppressed(new IllegalStateException(name + " did not take back its own state", late));
        }
    }
}
