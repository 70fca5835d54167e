package handgrad.check.backward;

import handgrad.check.backward.Backward.UnknownGradientException;
import handgrad.check.difference.Tensors;
import handgrad.check.result.Cause;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds the mistake that gives exactly the numbers of a wrong gradient: the right program is computed from the recorded
 * forward pass, then with one mistake after the other in it.
 */
public final class BackwardSearch {
    private static final double CLOSE = 1e-6;

    /** The part of the difference that may be left. */
    private static final double LEFT = 1e-2;

    /** Tensors with smaller elements are zero but for rounding. */
    private static final double NOTHING = 1e-9;

    /** Elements that may be computed: a limit of work, so that the answer does not depend on the machine. */
    private static final long MOST_WORK = 20_000_000;

    /** Programs of more nodes have too many pairs of them. */
    private static final int MOST_EXCHANGED = 40;

    private static final int MOST_STEPS = 12;

    /** More causes than this help nobody. */
    private static final int MOST_CAUSES = 3;

    private final String name;
    private final Recorded loss;
    private final List<Recorded> values;
    private final Function<String, @Nullable Tensor> gradients;
    private long work;
    private double closeness = CLOSE;

    /**
     * A search.
     *
     * @param name the tensor whose gradient is wrong
     * @param values all tensors of the pass, in its order, the loss last
     * @param gradients the right gradient of each named tensor
     */
    public BackwardSearch(String name, List<Recorded> values, Function<String, @Nullable Tensor> gradients) {
        this.name = name;
        this.loss = values.getLast();
        this.values = List.copyOf(values);
        this.gradients = gradients;
    }

    /** What explains a gradient, the likeliest first; empty if nothing does or the pass has an unknown operation. */
    public List<Cause> explain(Tensor given, Tensor expected) {
        var x = values.stream().filter(value -> name.equals(value.name())).findFirst();
        if (x.isEmpty() || !given.shape().equals(expected.shape())) {
            return List.of();
        }
        var found = new ArrayList<Mutant>();
        var tensors = tensors();
        // A mutant must leave little of the difference, however small that is.
        double difference = Tensors.largest(given.sub(expected)) / Tensors.largest(given);
        closeness = Double.isFinite(difference) ? Math.min(CLOSE, difference * LEFT) : CLOSE;
        for (var program : programs(x.get(), expected)) {
            if (!found.isEmpty()) {
                break;
            }
            exchanges(program, given, found);
            var nodes = nodes(program).stream().toList();
            var mutations = new Mutations(program, name, tensors);
            for (var node : nodes) {
                keep(program, mutations.of(node), given, found);
            }
            keep(program, new Renamings(program, nodes, tensors).all(), given, found);
            keep(program, new ForwardMistakes(program, nodes).all(), given, found);
            keep(program, new ExtraTerms(program, given.sub(expected), tensors).all(), given, found);
        }
        return causes(found);
    }

    /** Keeps the mutants that give the numbers. */
    private void keep(Node program, List<Mutant> mutants, Tensor given, List<Mutant> found) {
        for (var mutant : mutants) {
            var node = mutant.node();
            work += given.shape().elements() + node.value().shape().elements();
            if (work < MOST_WORK && equal(program.replaced(node, mutant.by()).value(), given, closeness)) {
                found.add(mutant);
            }
        }
    }

    /** Two parts of one shape stand in each other's place. */
    private void exchanges(Node program, Tensor given, List<Mutant> found) {
        var nodes = nodes(program).stream().toList();
        if (nodes.size() > MOST_EXCHANGED) {
            return;
        }
        var inside = nodes.stream().map(BackwardSearch::nodes).toList();
        for (int i = 0; i < nodes.size(); i++) {
            for (int j = i + 1; j < nodes.size(); j++) {
                var a = nodes.get(i);
                var b = nodes.get(j);
                if (work < MOST_WORK
                        && a.value().shape().equals(b.value().shape())
                        && !inside.get(i).contains(b)
                        && !inside.get(j).contains(a)) {
                    work += 4L * given.shape().elements();
                    var exchanged = program.replaced(a, b.with(b.inputs())).replaced(b, a);
                    if (equal(exchanged.value(), given, closeness)) {
                        String sentence = a.text() + " and " + b.text() + " are exchanged: each stands in the other's"
                                + " place, in the wrong order";
                        found.add(new Mutant(Cause.Kind.WRONG_FACTOR, sentence, a, b, 1));
                    }
                }
            }
        }
    }

    /** All of the best rank, which the numbers do not tell apart, and of the next one what is of another kind. */
    private static List<Cause> causes(List<Mutant> found) {
        found.sort(Comparator.comparingInt(Mutant::rank));
        var causes = new LinkedHashSet<Cause>();
        var kinds = EnumSet.noneOf(Cause.Kind.class);
        for (var mutant : found) {
            int behind = mutant.rank() - found.getFirst().rank();
            if (behind == 0 || (behind == 1 && !kinds.contains(mutant.kind()))) {
                causes.add(mutant.cause());
                kinds.add(mutant.kind());
            }
        }
        return causes.stream().limit(MOST_CAUSES).toList();
    }

    /** The right programs: step by step, and in the formulas that learners know. */
    private List<Node> programs(Recorded x, Tensor expected) {
        var backward = new Backward(loss, values, gradients);
        var programs = new ArrayList<Node>();
        try {
            programs.add(backward.program(x));
        } catch (UnknownGradientException unknown) {
            // A layer's own operation: the formulas may still fit.
        }
        if (!programs.isEmpty() && nodes(programs.getFirst()).size() <= MOST_STEPS) {
            inlined(programs.getFirst(), backward).ifPresent(programs::add);
        }
        // Of few steps, each is a learner's own; of many, learners write the formula.
        int formulas = programs.isEmpty() || nodes(programs.getFirst()).size() > MOST_STEPS ? 0 : 1;
        programs.addAll(formulas, Formulas.of(x, values, backward));
        programs.removeIf(program -> !equal(program.value(), expected, CLOSE));
        return programs;
    }

    /** The program with the gradients that it uses computed in it, as by a learner who writes several steps in one. */
    private static Optional<Node> inlined(Node program, Backward backward) {
        var whole = program;
        for (var node : nodes(program)) {
            var source = node.source();
            if (node.is(Node.Kind.GRADIENT) && source != null) {
                try {
                    whole = whole.replaced(node, backward.program(source));
                } catch (UnknownGradientException unknown) {
                    return Optional.empty();
                }
            }
        }
        return whole == program ? Optional.empty() : Optional.of(whole);
    }

    private Map<String, Tensor> tensors() {
        var tensors = new LinkedHashMap<String, Tensor>();
        for (var value : values) {
            var other = value.name();
            if (value.content().dtype() != DType.INT32) {
                tensors.putIfAbsent(value.text(), value.content().to(DType.FLOAT64));
                if (other != null && !other.equals(name) && value != loss) {
                    var gradient = gradients.apply(other);
                    if (gradient != null) {
                        tensors.put("d" + other, gradient);
                    }
                }
            }
        }
        // In place of a factor they would only leave it out.
        tensors.values().removeIf(tensor -> Tensors.largest(tensor) < NOTHING);
        return tensors;
    }

    static Set<Node> nodes(Node program) {
        var nodes = Collections.<Node>newSetFromMap(new IdentityHashMap<>());
        var open = new ArrayList<>(List.of(program));
        while (!open.isEmpty()) {
            var next = open.removeLast();
            if (nodes.add(next)) {
                open.addAll(next.inputs());
            }
        }
        return nodes;
    }

    private static boolean equal(Tensor a, Tensor b, double tolerance) {
        if (!a.shape().equals(b.shape())) {
            return false;
        }
        double close = tolerance * Tensors.largest(b);
        for (int i = 0; i < a.shape().elements(); i++) {
            if (!(Math.abs(a.getFlat(i) - b.getFlat(i)) <= close)) {
                return false;
            }
        }
        return true;
    }
}
