package handgrad.app.derivation;

import handgrad.check.pass.PassGraph;
import handgrad.check.pass.PassGraph.Value;
import handgrad.tensor.DType;
import handgrad.tensor.Op;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The derivations of all gradients of a recorded pass. The gradient of a tensor is the sum over its uses, each of which
 * has a {@link ChainRule}; a use whose result has no name is followed to one that has, a step for each operation.
 */
public final class Derivation {
    private final PassGraph graph;
    private final IdentityHashMap<Value, String> names = new IdentityHashMap<>();
    private final IdentityHashMap<Value, List<ChainRule>> rules = new IdentityHashMap<>();
    private final IdentityHashMap<Value, double[]> gradients = new IdentityHashMap<>();

    /**
     * Of a pass.
     *
     * @param variables what a program calls tensors that the pass does not name
     * @throws IllegalArgumentException if an operation has no derivation
     */
    public Derivation(PassGraph graph, Function<Tensor, @Nullable String> variables) {
        this.graph = graph;
        name(variables);
        for (var output : graph.values()) {
            if (output.shape().rank() > 0 || output.content().dtype() == DType.FLOAT64) {
                addRules(output);
            }
        }
    }

    private void name(Function<Tensor, @Nullable String> variables) {
        var taken = new HashSet<String>();
        for (var value : graph.values()) {
            var name = value.name();
            if (name != null) {
                names.put(value, name);
                taken.add(name);
            }
        }
        int steps = 0;
        int constants = 0;
        for (var value : graph.values()) {
            if (names.containsKey(value)) {
                continue;
            }
            var name = variables.apply(value.tensor());
            while (name == null || !taken.add(name)) {
                name = value.isLeaf() ? "c" + ++constants : "s" + ++steps;
            }
            names.put(value, name);
        }
    }

    private void addRules(Value output) {
        if (output.content().dtype() == DType.INT32 || isFlattened(output)) {
            return;
        }
        for (int place = 0; place < output.inputs().size(); place++) {
            var input = output.inputs().get(place);
            if (isFlattened(input)) {
                input = input.inputs().getFirst();
            }
            if (input.content().dtype() == DType.INT32) {
                continue;
            }
            var rule = ChainRules.of(new TensorUse(output, input, place, this::nameOf));
            if (rule != null) {
                rules.computeIfAbsent(input, _ -> new ArrayList<>()).add(rule);
            } else if (!output.is(Op.WHERE)) {
                throw new IllegalArgumentException("no derivation of " + output.operation());
            }
        }
    }

    /** Whether it is a row of all elements of another tensor, made to add them: a step that nobody wrote. */
    private boolean isFlattened(Value value) {
        if (!value.is(Op.RESHAPE) || value.name() != null || value.shape().rank() != 1) {
            return false;
        }
        var readers = graph.values().stream()
                .filter(each -> each.inputs().contains(value))
                .toList();
        return readers.size() == 1
                && readers.getFirst().is(Op.SUM)
                && readers.getFirst().shape().rank() == 0;
    }

    String nameOf(Value value) {
        return String.valueOf(names.get(value));
    }

    /** The tensors whose gradient can be derived: those with a name, in the order of the pass. */
    public List<String> tensors() {
        return graph.values().stream()
                .filter(value -> value.name() != null && value != graph.loss())
                .filter(value -> value.content().dtype() != DType.INT32)
                .map(this::nameOf)
                .toList();
    }

    /** The gradient of a tensor, the value of the sums that its derivation has; empty if there is no such tensor. */
    public Optional<Tensor> gradient(String tensor) {
        return value(tensor).map(value -> Tensor.of(gradient(value), sizes(value.shape())));
    }

    /**
     * The derivation of a gradient, in lines of at most 80 columns; empty if there is no such tensor.
     *
     * @param own the learner's gradient of it, or null
     * @param right whether the learner's gradient of a tensor is right
     */
    public Optional<String> text(String tensor, @Nullable Tensor own, Predicate<String> right) {
        return value(tensor).map(value -> new DerivationText(this, value, own, right).text());
    }

    private static int[] sizes(Shape shape) {
        return shape.toArray();
    }

    Optional<Value> value(String tensor) {
        return graph.values().stream()
                .filter(value -> tensor.equals(value.name()))
                .findFirst();
    }

    /** What the uses of a value add to its gradient. */
    List<ChainRule> rules(Value value) {
        return rules.getOrDefault(value, List.of());
    }

    /** A rule of the operation that made a value, which tells what it computes. */
    Optional<ChainRule> maker(Value output) {
        return rules.values().stream()
                .flatMap(List::stream)
                .filter(rule -> rule.use().output() == output)
                .min(Comparator.comparingInt(rule -> rule.use().place()));
    }

    /** The gradient of a value, row by row. */
    double[] gradient(Value value) {
        var known = gradients.get(value);
        if (known != null) {
            return known;
        }
        double[] gradient = new double[value.shape().elements()];
        if (value == graph.loss()) {
            gradient[0] = 1;
        }
        for (var rule : rules(value)) {
            double[] above = gradient(rule.use().output());
            for (int y = 0; y < above.length; y++) {
                double d = above[y];
                rule.partial().of(y, (x, factor, _) -> gradient[x] += d * factor);
            }
        }
        gradients.put(value, gradient);
        return gradient;
    }

    boolean isLoss(Value value) {
        return value == graph.loss();
    }

    /** The values without a name between a value and those with one, in the order of derivation; itself is the last. */
    List<Value> steps(Value value) {
        var steps = new ArrayList<Value>();
        collect(value, steps, new HashSet<>());
        steps.sort(Comparator.comparingInt(Value::number).reversed());
        return steps;
    }

    private void collect(Value value, List<Value> steps, Set<Value> seen) {
        if (!seen.add(value)) {
            return;
        }
        steps.add(value);
        for (var rule : rules(value)) {
            var output = rule.use().output();
            if (output.name() == null && !isLoss(output)) {
                collect(output, steps, seen);
            }
        }
    }
}
