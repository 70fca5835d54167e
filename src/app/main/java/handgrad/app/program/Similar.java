package handgrad.app.program;

import handgrad.tensor.Tensor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds the name that was meant, among those that there are. */
final class Similar {
    /** The methods of a tensor. */
    static final Set<String> METHODS = Arrays.stream(Tensor.class.getMethods())
            .filter(method -> method.getDeclaringClass() == Tensor.class && !Modifier.isStatic(method.getModifiers()))
            .map(Method::getName)
            .collect(Collectors.toUnmodifiableSet());

    private Similar() {}

    /** The nearest name, if so few letters differ that a slip of the fingers explains it. */
    static Optional<String> to(String name, Collection<String> names) {
        int most = name.length() < 4 ? 0 : name.length() < 7 ? 1 : 2;
        return names.stream()
                .filter(other -> distance(plain(name), plain(other)) <= most)
                .min(Comparator.<String>comparingInt(other -> distance(plain(name), plain(other)))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** Letters alone: index_add_ and indexAdd are the same. */
    private static String plain(String name) {
        return name.replace("_", "").toLowerCase(Locale.ROOT);
    }

    /** How many letters must be changed, added or taken away (Levenshtein). */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        Arrays.setAll(row, j -> j);
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
