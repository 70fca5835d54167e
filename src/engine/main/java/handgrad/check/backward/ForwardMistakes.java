package handgrad.check.backward;

import handgrad.check.backward.Node.Kind;
import handgrad.check.result.Cause;
import handgrad.tensor.DType;
import handgrad.tensor.Op;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Mistakes in what is computed again from the forward pass: a mask or an epsilon left out, a softmax of columns. */
final class ForwardMistakes {
    /** A number that is added so that nothing is divided by zero is no larger. */
    private static final double LARGEST_EPSILON = 1e-2;

    private static final int DEEPEST = 8;

    private final Node root;
    private final List<Node> nodes;
    private final List<Mutant> mutants = new ArrayList<>();

    ForwardMistakes(Node root, List<Node> nodes) {
        this.root = root;
        this.nodes = nodes;
    }

    /** All of them; a step that is left out is so in one place, or wherever it has an influence. */
    List<Mutant> all() {
        var steps = new LinkedHashSet<Recorded>();
        nodes.stream().map(Node::source).filter(Objects::nonNull).forEach(source -> collect(source, 0, steps));
        for (var step : steps) {
            var operation = Objects.requireNonNull(step.operation());
            if (operation == Op.WHERE) {
                for (int i = 1; i <= 2; i++) {
                    var kept = step.inputs().get(i);
                    if (!kept.isLeaf()
                            && kept.content().shape().equals(step.content().shape())) {
                        leave(
                                step,
                                kept.content(),
                                Cause.Kind.MISSING_TERM,
                                "the mask is left out: compute it from " + step.text()
                                        + ", where the forward pass does, not from " + kept.text());
                    }
                }
            } else if (operation == Op.ADD
                    && step.inputs().size() == 1
                    && Math.abs(step.argument(0)) <= LARGEST_EPSILON) {
                leave(
                        step,
                        step.inputs().getFirst().content(),
                        Cause.Kind.MISSING_TERM,
                        "the epsilon of " + step.text() + " is left out");
            } else if (operation == Op.SOFTMAX) {
                int rank = step.content().shape().rank();
                int right = step.arguments().isEmpty() ? rank - 1 : (int) step.argument(0);
                for (int d = 0; d < rank; d++) {
                    if (d != right) {
                        leave(
                                step,
                                step.inputs().getFirst().content().softmax(d),
                                Cause.Kind.WRONG_AXIS,
                                "the softmax runs over dimension " + d + " where dimension " + right + " is right");
                    }
                }
            }
        }
        return mutants;
    }

    private static void collect(Recorded value, int depth, Set<Recorded> steps) {
        if (value.operation() != null && depth < DEEPEST && steps.add(value)) {
            value.inputs().forEach(input -> collect(input, depth + 1, steps));
        }
    }

    private void leave(Recorded step, Tensor other, Cause.Kind kind, String sentence) {
        var program = root;
        int changed = 0;
        for (var node : nodes) {
            var by = rerun(node, step, other);
            if (by != null) {
                changed++;
                program = program.replaced(node, by);
                mutants.add(new Mutant(kind, sentence, root, root.replaced(node, by), 1));
            }
        }
        if (changed > 1) {
            mutants.add(new Mutant(kind, sentence, root, program, 1));
        }
    }

    /** A leaf of the program as it is with another content of a step; null where it depends on no such step. */
    private static @Nullable Node rerun(Node node, Recorded step, Tensor other) {
        var source = node.source();
        if (source == null || !(node.is(Kind.VALUE) || node.is(Kind.DERIVATIVE))) {
            return null;
        }
        if (source == step && step.operation() == Op.WHERE && !node.value().equals(step.content())) {
            // The mask that the gradient of the step is multiplied by.
            return Nodes.constant(
                    "1", Tensor.zeros(DType.FLOAT64, node.value().shape()).fill(1));
        }
        var moved = Rerun.of(source, step, other);
        if (moved == null) {
            return null;
        }
        return node.is(Kind.VALUE) ? Nodes.constant(node.text(), moved.content()) : Derivatives.of(moved);
    }
}
