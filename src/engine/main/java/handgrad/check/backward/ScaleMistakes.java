package handgrad.check.backward;

import handgrad.check.backward.Node.Kind;
import handgrad.check.result.Cause;
import handgrad.tensor.Op;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Mistakes about a number that a tensor is multiplied or divided by. */
final class ScaleMistakes {
    private final Node root;
    private final Map<String, Tensor> tensors;
    private final List<Mutant> mutants;

    ScaleMistakes(Node root, Map<String, Tensor> tensors, List<Mutant> mutants) {
        this.root = root;
        this.tensors = tensors;
        this.mutants = mutants;
    }

    private void add(Cause.Kind kind, int rank, Node node, Node by, String sentence) {
        mutants.add(new Mutant(kind, sentence, node, by, rank));
    }

    /** A constant factor is missing, there twice, or its inverse. */
    void scale(Node node) {
        double k = node.number();
        var x = node.inputs().getFirst();
        if (k == -1) {
            return;
        }
        long n = Math.round(Math.abs(1 / k));
        boolean whole = Math.abs(Math.abs(1 / k) - n) < 1e-9;
        boolean mean = whole && (n > 2 || isMean(node));
        String factor = Nodes.number(k);
        if (x.is(Kind.ADD)) {
            oneTerm(node, x, factor);
        }
        var kind = mean ? Cause.Kind.MISSING_MEAN : Cause.Kind.CONSTANT_FACTOR;
        String title = node.title();
        String which =
                node == root || x.text().endsWith("dloss") ? "" : title == null ? " of " + x.text() : " in " + title;
        add(
                kind,
                0,
                node,
                k < 0 ? Nodes.scale(-1, x) : x,
                mean
                        ? "the division by " + n + which + " is missing: "
                                + (isMean(node) ? "the mean of " + n + " divides by " : "the forward pass divides by ")
                                + n + ", so does its gradient"
                        : "the constant factor " + factor + which + " is missing");
        add(kind, 1, node, Nodes.scale(k, node), "the factor " + factor + which + " is there twice");
        add(
                Cause.Kind.CONSTANT_FACTOR,
                1,
                node,
                Nodes.scale(1 / k, x),
                "the factor " + Nodes.number(1 / k) + which + " stands where " + factor + " is right");
        if (mean) {
            for (long other : counts(n)) {
                boolean variance = Math.abs(other - n) == 1 && isVariance(node);
                add(
                        variance ? Cause.Kind.VARIANCE : Cause.Kind.MISSING_MEAN,
                        other > n + 1 ? 2 : 1,
                        node,
                        Nodes.scale(Math.signum(k) / other, x),
                        "it is divided by " + other + which + " where the forward pass divides by " + n
                                + (variance
                                        ? ": one of them is the n of a mean, the other the n - 1 of a variance"
                                        : times(other, n)));
            }
        }
    }

    /** The factor of a whole sum stands before some of its terms only. */
    private void oneTerm(Node node, Node sum, String factor) {
        for (var term : sum.inputs()) {
            var terms = new ArrayList<Node>();
            sum.inputs().forEach(each -> terms.add(each == term ? each : Nodes.scale(node.number(), each)));
            add(
                    Cause.Kind.CONSTANT_FACTOR,
                    1,
                    node,
                    Nodes.add(terms),
                    "the factor " + factor + " belongs to the whole sum, and is missing at " + term.text());
        }
    }

    private static String times(long other, long n) {
        return n % other == 0
                ? ", so it is " + n / other + " times too large"
                : other % n == 0 ? ", so it is " + other / n + " times too small" : "";
    }

    private static boolean isMean(Node node) {
        return node.source() != null && node.source().isMean();
    }

    /** Whether it divides in a variance: in a formula, or a sum of squares, or by one less than the number of terms. */
    private static boolean isVariance(Node node) {
        var division = node.source();
        if (division == null) {
            return node.title() != null;
        }
        var sum = division.summed();
        return sum != null
                && (sum.terms() == Math.round(division.argument(0)) + 1
                        || isSquare(sum.inputs().getFirst()));
    }

    private static boolean isSquare(Recorded value) {
        return (value.operation() == Op.POW && value.argument(0) == 2)
                || (value.operation() == Op.MUL
                        && value.inputs().size() == 2
                        && value.inputs().get(0) == value.inputs().get(1));
    }

    /** By what else it may be divided: one more or less, and the sizes of all tensors, also times n. */
    private Set<Long> counts(long n) {
        var counts = new TreeSet<>(Set.of(n - 1, n + 1));
        tensors.values().forEach(tensor -> {
            counts.add((long) tensor.shape().elements());
            for (int size : tensor.shape().toArray()) {
                counts.add((long) size);
                counts.add(size * n);
            }
        });
        counts.removeIf(other -> other < 2 || other == n);
        return counts;
    }
}
