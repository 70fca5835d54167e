package handgrad.nn;

import handgrad.tensor.Conversion;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The tensors that a saved model needs, or a saved optimiser, by name, in the order in which these declare them.
 *
 * <p>The one of a model is live: it has the model's own tensors, so it follows the training, and what is written into
 * one of its tensors is written into the model. What shall stay as it is wants a {@link #copy}:
 *
 * <pre>{@code
 * var best = model.stateDict().copy();
 * …
 * model.loadStateDict(best);
 * }</pre>
 *
 * <p>The names are those of the model; none can be added or taken away.
 */
public final class StateDict extends AbstractMap<String, Tensor> {
    private final String owner;
    private final Map<String, StateTensor> tensors;

    /** As live as the tensors are. */
    StateDict(String owner, Map<String, StateTensor> tensors) {
        this.owner = owner;
        this.tensors = tensors;
    }

    /**
     * The state of something other than a model, such as an optimiser; as live as the tensors are.
     *
     * @param owner who has it, for errors: {@code Adam}
     * @param tensors by name; a name may differ from that of the statistic
     */
    public static StateDict of(String owner, Map<String, Statistic> tensors) {
        return new StateDict(owner, new LinkedHashMap<>(tensors));
    }

    /** A copy with tensors of its own, which stay as they are. */
    public StateDict copy() {
        var copies = new LinkedHashMap<String, StateTensor>();
        forEach((name, tensor) -> copies.put(name, new Statistic(name, tensor.copy())));
        return new StateDict(owner, copies);
    }

    @Override
    public @Nullable Tensor get(@Nullable Object name) {
        var tensor = tensors.get(name);
        return tensor == null ? null : tensor.value();
    }

    @Override
    public boolean containsKey(@Nullable Object name) {
        return tensors.containsKey(name);
    }

    @Override
    public Set<Entry<String, Tensor>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public Iterator<Entry<String, Tensor>> iterator() {
                return tensors.entrySet().stream()
                        .map(entry -> Map.entry(entry.getKey(), entry.getValue().value()))
                        .iterator();
            }

            @Override
            public int size() {
                return tensors.size();
            }
        };
    }

    /**
     * Copies a saved state into these tensors, converted to their type.
     *
     * @throws IllegalArgumentException if a name is missing or unknown, a shape differs, a number does not fit into the
     *     type or cannot be, or a tensor is one of these; all that is wrong is listed, and nothing is changed
     */
    public void load(Map<String, Tensor> saved) {
        var problems = new ArrayList<String>();
        without("missing ", this, saved).ifPresent(problems::add);
        without("unexpected ", saved, this).ifPresent(problems::add);
        tensors.forEach((name, own) -> {
            var source = saved.get(name);
            if (source != null) {
                problem(name, own, source).ifPresent(problems::add);
            }
        });
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("loadStateDict: " + String.join("; ", problems));
        }
        tensors.forEach((name, own) -> copy(Objects.requireNonNull(saved.get(name)), own));
    }

    private static void copy(Tensor source, StateTensor own) {
        if (own instanceof Statistic statistic && !own.value().shape().equals(source.shape())) {
            statistic.set(Tensor.zeros(own.value().dtype(), source.shape()));
        }
        own.value().copyFrom(source);
    }

    /** The names that the one has and the other has not. */
    private static Optional<String> without(String problem, Map<String, Tensor> one, Map<String, Tensor> other) {
        var names = one.entrySet().stream()
                .filter(entry -> !other.containsKey(entry.getKey()))
                .map(entry -> entry.getKey() + " " + entry.getValue().shape())
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? Optional.empty() : Optional.of(problem + names);
    }

    private Optional<String> problem(String name, StateTensor own, Tensor source) {
        var target = own.value();
        if (source.sharesElements(target)) {
            throw new IllegalArgumentException("loadStateDict: " + name + " is " + owner
                    + "'s own tensor, which has followed" + " the training: keep stateDict().copy(), and load that");
        }
        if (!own.takes(source.shape())) {
            return Optional.of(name + " has shape " + source.shape() + ", " + owner + " wants " + target.shape());
        }
        for (int i = 0; i < source.shape().elements(); i++) {
            double x = source.getFlat(i);
            var reason = own.isNeverNegative() && x < 0
                    ? "it must be at least 0"
                    : Conversion.holds(target.dtype(), x) ? null : target.dtype() + " cannot hold it";
            if (reason != null) {
                return Optional.of(name + " has " + x + " at " + index(i, source.shape()) + ", " + reason);
            }
        }
        return Optional.empty();
    }

    /** The index in each dimension of a position in row-major order: {@code [2, 0]}. */
    private static String index(int position, Shape shape) {
        int[] index = shape.toArray();
        int rest = position;
        for (int d = index.length - 1; d >= 0; d--) {
            int size = index[d];
            index[d] = rest % size;
            rest /= size;
        }
        return Arrays.toString(index);
    }
}
