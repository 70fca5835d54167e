package handgrad.check.backward;

import handgrad.check.backward.Backward.UnknownGradientException;
import handgrad.check.difference.Tensors;
import handgrad.check.result.Cause;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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
    private static final long MOST_WORK = 60_000_000;

    /** A matrix product is so much faster, for each multiplication, than an operation on elements. */
    private static final int MULTIPLIED_AT_ONCE = 8;

    private static final int RANK_OF_EXCHANGE = 1;

    /** The rank of another function of a tensor, which an additional term may be as well. */
    private static final int RANK_OF_FUNCTION = 3;

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
    private final Set<String> namesOfGradients = new HashSet<>();

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

    /** A search in the gradients of a function, whose output comes last, from the gradient dOut of that output. */
    public static BackwardSearch ofFunction(String name, List<Recorded> values, Tensor dOut) {
        var all = new ArrayList<>(values);
        var output = values.getLast();
        // Its gradient is known, as that of any named tensor of a pass; how the loss is made of it is not.
        all.add(new Recorded(null, null, Tensor.zeros(DType.FLOAT64, Shape.SCALAR), null, List.of(), List.of()));
        return new BackwardSearch(name, all, other -> other.equals(output.name()) ? dOut : null);
    }

    /** What explains a gradient, the likeliest first; empty if nothing does or the pass has an unknown operation. */
    public List<Cause> explain(Tensor given, Tensor expected) {
        var x = values.stream().filter(value -> name.equals(value.name())).findFirst();
        if (x.isEmpty() || !given.shape().equals(expected.shape())) {
            return List.of();
        }
        var found = new ArrayList<Candidate>();
        var tensors = tensors();
        // A mutant must leave little of the difference, however small that is.
        double difference = Tensors.largest(given.sub(expected)) / Tensors.largest(given);
        closeness = Double.isFinite(difference) ? Math.min(CLOSE, difference * LEFT) : CLOSE;
        var programs = programs(x.get(), expected);
        boolean isOneNumber = given.shape().elements() == 1;
        double factor = Multiples.factor(given, expected);
        mistakes(programs, tensors, given, found);
        boolean isDirect = !found.isEmpty();
        boolean isSure = found.stream().anyMatch(candidate -> candidate.mutant.rank() == 0);
        for (var whole = inlined(programs);
                (found.isEmpty() || (isOneNumber && !isSure)) && !whole.isEmpty();
                whole = inlined(whole)) {
            var inside = new ArrayList<Candidate>();
            mistakes(whole, tensors, given, inside);
            int behind = found.isEmpty() ? 0 : 1;
            inside.forEach(candidate -> found.add(candidate.behind(behind)));
        }
        int farFetched = isOneNumber ? RANK_OF_FUNCTION - 1 : RANK_OF_FUNCTION;
        if (found.stream().allMatch(candidate -> candidate.mutant.rank() >= farFetched)
                && (isOneNumber || Double.isNaN(factor))) {
            // They are cheap, so the work until here does not count.
            work = 0;
            var extra = new ArrayList<Candidate>();
            for (var program : programs) {
                var terms = new ExtraTerms(program, tensors, given.sub(expected));
                terms.all().forEach(mutant -> extra.add(new Candidate(program, mutant)));
            }
            keep(extra, given, found);
        }
        var causes = causes(found, isOneNumber);
        boolean isExplained =
                isOneNumber ? isSure && !Multiples.isTwo(factor) : isDirect && Multiples.hasFactor(causes);
        if (programs.isEmpty() || Double.isNaN(factor) || isExplained) {
            return causes;
        }
        return Multiples.beside(causes, factor, x.get(), values, isOneNumber);
    }

    /** Tries mistakes from the likely to the far-fetched, until no other can be told beside those found. */
    private void mistakes(List<Node> programs, Map<String, Tensor> tensors, Tensor given, List<Candidate> found) {
        var candidates = new ArrayList<Candidate>();
        for (var program : programs) {
            var nodes = nodes(program).stream().toList();
            var mutations = new Mutations(program, name, tensors, namesOfGradients);
            var mutants = new ArrayList<Mutant>();
            nodes.forEach(node -> mutants.addAll(mutations.of(node)));
            mutants.addAll(new Renamings(program, nodes, tensors).all());
            mutants.addAll(new ForwardMistakes(program, nodes).all());
            mutants.forEach(mutant -> candidates.add(new Candidate(program, mutant)));
        }
        candidates.sort(Comparator.comparingInt(candidate -> candidate.mutant.rank()));
        var likely = candidates.stream()
                .filter(candidate -> candidate.mutant.rank() < RANK_OF_EXCHANGE)
                .toList();
        keep(likely, given, found);
        if (found.isEmpty()) {
            programs.forEach(program -> exchanges(program, given, found));
        }
        keep(candidates.subList(likely.size(), candidates.size()), given, found);
    }

    /** Keeps the mutants that give the numbers, made wherever the node is used or in one of its uses alone. */
    private void keep(List<Candidate> candidates, Tensor given, List<Candidate> found) {
        var graphs = new IdentityHashMap<Node, Graph>();
        for (var candidate : candidates) {
            var mutant = candidate.mutant;
            if (work > MOST_WORK
                    || (!found.isEmpty()
                            && mutant.rank() > found.getFirst().mutant.rank() + behind(given))) {
                return;
            }
            var program = candidate.program;
            var node = mutant.node();
            var graph = graphs.computeIfAbsent(program, BackwardSearch::graph);
            long cost = graph.cost(node);
            var uses = graph.parents.getOrDefault(node, List.of());
            work += cost;
            if (equal(program.replaced(node, mutant.by()).value(), given, closeness)) {
                found.add(new Candidate(program, uses.size() == 1 ? mutant.in(place(program, node)) : mutant));
            } else if (uses.size() > 1) {
                for (var use : uses) {
                    work += cost;
                    var other = program.replaced(use, use.replaced(node, mutant.by()));
                    if (equal(other.value(), given, closeness)) {
                        found.add(new Candidate(program, mutant.in(place(program, use))));
                    }
                }
            }
        }
    }

    /** A mistake in one of the right programs. */
    private record Candidate(Node program, Mutant mutant) {
        Candidate behind(int ranks) {
            return new Candidate(program, mutant.behind(ranks));
        }
    }

    /** Which steps of a program use which. */
    private record Graph(Map<Node, List<Node>> parents) {
        /** How many elements are computed again where a step is another. */
        long cost(Node node) {
            var above = Collections.<Node>newSetFromMap(new IdentityHashMap<>());
            var open = new ArrayList<>(List.of(node));
            long cost = 0;
            while (!open.isEmpty()) {
                var next = open.removeLast();
                if (above.add(next)) {
                    cost += cost(next.value(), next);
                    open.addAll(parents.getOrDefault(next, List.of()));
                }
            }
            return cost;
        }

        private static long cost(Tensor value, Node node) {
            long elements = value.shape().elements();
            return node.is(Node.Kind.MATMUL)
                    ? elements * Math.max(1, node.inputs().getFirst().value().size(-1) / MULTIPLIED_AT_ONCE)
                    : elements;
        }
    }

    private static Graph graph(Node program) {
        return new Graph(parents(program));
    }

    /** How much more far-fetched a cause may be than the likeliest: of one number many explain the value. */
    private static int behind(Tensor given) {
        return given.shape().elements() == 1 ? 2 : 1;
    }

    private static Map<Node, List<Node>> parents(Node program) {
        var parents = new IdentityHashMap<Node, List<Node>>();
        for (var node : nodes(program)) {
            node.inputs()
                    .forEach(input -> parents.computeIfAbsent(input, _ -> new ArrayList<>())
                            .add(node));
        }
        return parents;
    }

    /** In which part of a formula a node stands, by its title; empty where it stands in none. */
    private static String place(Node from, Node node) {
        if (from == node) {
            return title(from);
        }
        for (var input : from.inputs()) {
            if (nodes(input).contains(node)) {
                var inner = place(input, node);
                return inner.isEmpty() ? title(from) : inner;
            }
        }
        return "";
    }

    private static String title(Node node) {
        var title = node.title();
        return title == null ? "" : title.replaceAll(",$", "");
    }

    /** Two parts of one shape stand in each other's place. */
    private void exchanges(Node program, Tensor given, List<Candidate> found) {
        var nodes = nodes(program).stream().toList();
        if (nodes.size() > MOST_EXCHANGED) {
            return;
        }
        var inside = nodes.stream().map(BackwardSearch::nodes).toList();
        var best = new ArrayList<Mutant>();
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
                    String sentence = a.text() + " and " + b.text() + " are exchanged: each stands in the other's"
                            + " place, in the wrong order";
                    // Of parts that are exchanged with all that is in them, the smallest says it.
                    int shortest = best.isEmpty()
                            ? Integer.MAX_VALUE
                            : best.getFirst().sentence().length();
                    if (sentence.length() <= shortest && equal(exchanged.value(), given, closeness)) {
                        best.removeIf(mutant -> mutant.sentence().length() > sentence.length());
                        best.add(new Mutant(Cause.Kind.WRONG_FACTOR, sentence, a, b, RANK_OF_EXCHANGE));
                    }
                }
            }
        }
        best.forEach(mutant -> found.add(new Candidate(program, mutant)));
    }

    /**
     * All of the best rank, which the numbers do not tell apart, and of the next one what is of another kind. Another
     * form of the program says the same in other words.
     */
    private static List<Cause> causes(List<Candidate> found, boolean isOneNumber) {
        found.sort(Comparator.comparingInt(candidate -> candidate.mutant.rank()));
        var causes = new LinkedHashMap<String, Cause>();
        var kinds = EnumSet.noneOf(Cause.Kind.class);
        for (var candidate : found) {
            var mutant = candidate.mutant;
            int behind = mutant.rank() - found.getFirst().mutant.rank();
            if ((candidate.program == found.getFirst().program || isOneNumber)
                    && (behind == 0 || isOneNumber || (behind == 1 && !kinds.contains(mutant.kind())))) {
                causes.putIfAbsent(mutant.finding(), mutant.cause());
                kinds.add(mutant.kind());
            }
        }
        return causes.values().stream().limit(MOST_CAUSES).toList();
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
        // Of few steps, each is a learner's own; of many, learners write the formula.
        int formulas = programs.isEmpty() || nodes(programs.getFirst()).size() > MOST_STEPS ? 0 : 1;
        programs.addAll(formulas, Formulas.of(x, values, backward));
        programs.removeIf(program -> !equal(program.value(), expected, CLOSE));
        return programs;
    }

    /** The first program with the gradients that it uses computed in it, as by one who writes two steps in a line. */
    private List<Node> inlined(List<Node> programs) {
        if (programs.isEmpty() || nodes(programs.getFirst()).size() > MOST_EXCHANGED) {
            return List.of();
        }
        var backward = new Backward(loss, values, gradients);
        var whole = programs.getFirst();
        for (var node : nodes(whole)) {
            var source = node.source();
            if (node.is(Node.Kind.GRADIENT) && source != null) {
                try {
                    var formulas = Formulas.of(source, values, backward);
                    formulas.removeIf(formula -> !equal(formula.value(), node.value(), CLOSE));
                    whole = whole.replaced(node, formulas.isEmpty() ? backward.program(source) : formulas.getFirst());
                } catch (UnknownGradientException unknown) {
                    return List.of();
                }
            }
        }
        return whole == programs.getFirst() ? List.of() : List.of(whole);
    }

    private Map<String, Tensor> tensors() {
        var tensors = new LinkedHashMap<String, Tensor>();
        for (var value : values) {
            var other = value.name();
            if (value.content().dtype() != DType.INT32 && value != loss) {
                tensors.putIfAbsent(value.text(), value.content().to(DType.FLOAT64));
                if (other != null && !other.equals(name)) {
                    var gradient = gradients.apply(other);
                    if (gradient != null) {
                        tensors.put("d" + other, gradient);
                        namesOfGradients.add("d" + other);
                    }
                }
            }
        }
        // In place of a factor they would only leave it out.
        tensors.values().removeIf(tensor -> Tensors.largest(tensor) < NOTHING);
        return tensors;
    }

    static Set<Node> nodes(Node program) {
        var nodes = new LinkedHashSet<Node>();
        var open = new ArrayList<>(List.of(program));
        while (!open.isEmpty()) {
            var next = open.removeLast();
            if (nodes.add(next)) {
                open.addAll(next.inputs());
            }
        }
        return nodes;
    }

    static boolean equal(Tensor a, Tensor b, double tolerance) {
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
