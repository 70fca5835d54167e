package handgrad.check.backward;

import java.util.LinkedHashSet;
import java.util.Set;

/** Parts of a dimension that a sum may be left at: halves, thirds and quarters, all but the first or the last. */
final class IndexParts {
    /** Indices from one on, so many. */
    record Part(int from, int size) {
        @Override
        public String toString() {
            return size == 1 ? "index " + from : "indices " + from + " to " + (from + size - 1);
        }
    }

    private IndexParts() {}

    static Set<Part> of(int size) {
        var parts = new LinkedHashSet<Part>();
        for (int count = 2; count <= 4; count++) {
            for (int i = 0; size % count == 0 && i < count; i++) {
                parts.add(new Part(i * (size / count), size / count));
            }
        }
        if (size > 2) {
            parts.add(new Part(1, size - 1));
            parts.add(new Part(0, size - 1));
        }
        return parts;
    }
}
