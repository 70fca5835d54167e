package handgrad.check.backward;

import handgrad.check.backward.Node.Kind;
import handgrad.check.difference.Tensors;
import handgrad.check.result.Cause;
import handgrad.tensor.Op;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** The mistakes that can be made at a node of a program. */
final class Mutations {
    private static final int MOST_TERMS = 5;

    /** The part of the largest element that rounding may be. */
    private static final double NOTHING = 1e-9;

    private final Node root;
    private final String name;
    private final Map<String, Tensor> tensors;
    private final Set<String> gradients;
    private final List<Mutant> mutants = new ArrayList<>();

    /**
     * Mistakes in a program.
     *
     * @param name the tensor whose gradient it computes
     * @param tensors what may be mistaken for a factor, by name
     * @param gradients which of them are gradients
     */
    Mutations(Node root, String name, Map<String, Tensor> tensors, Set<String> gradients) {
        this.root = root;
        this.name = name;
        this.tensors = tensors;
        this.gradients = gradients;
    }

    /** All at one node. */
    List<Mutant> of(Node node) {
        mutants.clear();
        sign(node);
        switch (node.kind()) {
            case ADD -> {
                terms(node);
                combined(node, Nodes.mul(node.inputs()), "multiplied where they should be added");
            }
            case MUL -> {
                factors(node);
                combined(node, Nodes.add(node.inputs()), "added where they should be multiplied");
            }
            case SCALE -> new ScaleMistakes(root, tensors, mutants).scale(node);
            case DERIVATIVE -> derivative(node);
            case MATMUL -> new MatmulMistakes(mutants).matmul(node);
            case SUM_TO -> new SumMistakes(name, mutants).sumTo(node);
            case SCATTER -> new SumMistakes(name, mutants).scatter(node);
            case EXPAND -> new SumMistakes(name, mutants).expand(node);
            case GRADIENT, VALUE -> new Replacements(root, tensors, gradients, mutants).replaced(node);
            case SUM -> {
                // Its dimension is changed where it is repeated again.
            }
        }
        new Replacements(root, tensors, gradients, mutants).extraFactors(node);
        new Movements(root, node, mutants).add();
        return List.copyOf(mutants);
    }

    /** Terms are multiplied, or factors added. */
    private void combined(Node node, Node by, String how) {
        if (by.value().shape().equals(node.value().shape())) {
            var x = node.inputs().getFirst().text();
            boolean isDouble = node.is(Kind.ADD)
                    && node.inputs().size() == 2
                    && node.inputs().getLast().text().equals(x);
            if (isDouble) {
                add(
                        Cause.Kind.WRONG_FACTOR,
                        1,
                        node,
                        by,
                        "you used " + x + "² where " + x + " + " + x + " = 2 " + x
                                + " is right: the derivative of x² is 2x");
                return;
            }
            add(
                    Cause.Kind.MISSING_TERM,
                    1,
                    node,
                    by,
                    node.inputs().stream().map(Node::text).collect(Collectors.joining(" and ")) + " are " + how);
        }
    }

    private void add(Cause.Kind kind, int rank, Node node, Node by, String sentence) {
        mutants.add(new Mutant(kind, sentence, node, by, rank));
    }

    /** The sign of a node is the other one. */
    private void sign(Node node) {
        if (node.text().equals("dloss")) {
            return;
        }
        String what = node == root ? "it" : node.text();
        add(
                Cause.Kind.SIGN,
                node == root ? 0 : 2,
                node,
                Nodes.scale(-1, node),
                what + " has the wrong sign: multiply by -1, or subtract where it is added");
    }

    /** Terms of a sum are left out, or one is there twice. */
    private void terms(Node node) {
        double least = NOTHING * Tensors.largest(node.value());
        // What is zero but for rounding is neither missed nor too much.
        var terms = node.inputs().stream()
                .filter(term -> Tensors.largest(term.value()) > least)
                .toList();
        if (terms.size() < 2 || terms.size() > MOST_TERMS) {
            return;
        }
        for (var kept : Tensors.subsets(terms.size())) {
            if (kept.size() == terms.size()) {
                continue;
            }
            var left = new ArrayList<>(terms);
            var stay = kept.stream().map(terms::get).toList();
            left.removeAll(stay);
            add(
                    node == root ? Cause.Kind.OVERWRITTEN : Cause.Kind.MISSING_TERM,
                    0,
                    node,
                    Nodes.add(stay),
                    (terms.size() > 2 && stay.size() == 1
                                    ? "it has only " + stay.getFirst().text() + ": "
                                    : "")
                            + left.stream().map(Mutations::missing).collect(Collectors.joining(", and "))
                            + (node == root && left.stream().noneMatch(term -> term.is(Kind.SCALE))
                                    ? ": " + name + " is used in several places, and their gradients add"
                                    : ""));
        }
        for (var term : terms) {
            var doubled = new ArrayList<>(terms);
            doubled.add(term);
            add(Cause.Kind.MISSING_TERM, 2, node, Nodes.add(doubled), "the term " + term.text() + " is there twice");
            for (int i = 0; i < terms.size(); i++) {
                var other = terms.get(i);
                if (other != term && other.value().shape().equals(term.value().shape())) {
                    var instead = new ArrayList<>(terms);
                    instead.set(i, term);
                    add(
                            Cause.Kind.MISSING_TERM,
                            0,
                            node,
                            Nodes.add(instead),
                            "the term " + term.text() + " is there twice, and the term " + other.text()
                                    + " is missing: each use has a term of its own");
                }
            }
        }
    }

    private static String missing(Node term) {
        return term.is(Kind.SCALE) && term.number() < 0
                ? (term.title() == null ? "the term " + term.inputs().getFirst().text() : term.text())
                        + " is not subtracted"
                : "the term " + term.text() + " is missing";
    }

    /** A factor is forgotten, there twice, divided by, or another one. */
    private void factors(Node node) {
        softmax(node);
        forward(node);
        for (var factor : node.inputs()) {
            if (factor.text().endsWith("dloss")) {
                // A constant of the loss, whose own factors are looked at one by one.
                continue;
            }
            var rest = new ArrayList<>(node.inputs());
            rest.remove(factor);
            var other = Nodes.mul(rest);
            var shaped = other.value().shape().equals(node.value().shape())
                    ? other
                    : Nodes.expand(other.value().shape(), node.value().shape(), other);
            larger(node, factor, other);
            if (rest.size() == 1 && rest.getFirst().is(Kind.ADD)) {
                onlyFirst(node, factor, rest.getFirst());
            }
            boolean above = isGradient(factor);
            // Deep inside, a term that vanishes without it is the likelier reading.
            int depth = node == root || root.inputs().contains(node) ? 0 : 1;
            add(
                    Cause.Kind.MISSING_TERM,
                    depth,
                    node,
                    shaped,
                    above
                            ? "the factor from above, " + factor.text() + ", is forgotten: multiply by it"
                            : "the factor " + factor.text() + " is missing: multiply by it");
            add(
                    Cause.Kind.WRONG_FACTOR,
                    2,
                    node,
                    Nodes.mul(node, factor),
                    "the factor " + factor.text() + " is there twice");
            add(
                    Cause.Kind.WRONG_FACTOR,
                    1,
                    node,
                    Nodes.mul(
                            shaped,
                            Node.leaf(Kind.VALUE, "", null, () -> factor.value().pow(-1))),
                    "it is divided by " + factor.text() + " where it should be multiplied by it");
        }
    }

    /** A tensor of the whole shape stands in the place of a factor that is broadcast. */
    private void larger(Node node, Node factor, Node rest) {
        var shape = node.value().shape();
        if (factor.is(Kind.VALUE) && !factor.value().shape().equals(shape)) {
            tensors.forEach((text, tensor) -> {
                if (tensor.shape().equals(shape)) {
                    add(
                            Cause.Kind.WRONG_FACTOR,
                            gradients.contains(text) ? 2 : 1,
                            node,
                            Nodes.mul(rest, Nodes.constant(text, tensor)),
                            "you used " + text + " where " + factor.text() + " is right");
                }
            });
        }
    }

    /** Of a factor times a sum, its first term alone. */
    private void onlyFirst(Node node, Node factor, Node sum) {
        var first = sum.inputs().getFirst();
        if (first.value().shape().equals(node.value().shape())) {
            add(
                    Cause.Kind.MISSING_TERM,
                    2,
                    node,
                    first,
                    "it is only " + first.text() + ": the factor " + factor.text() + " is missing, and "
                            + sum.inputs().stream()
                                    .skip(1)
                                    .map(Mutations::missing)
                                    .collect(Collectors.joining(", and ")));
        }
    }

    /** p (1 - p), as if each element of a softmax depended on its own logit alone. */
    private void softmax(Node node) {
        var p = node.inputs().getFirst();
        var sum = node.inputs().getLast();
        if (node.inputs().size() == 2
                && p.is(Kind.VALUE)
                && sum.is(Kind.ADD)
                && p.value().shape().elements() > 1) {
            var rest = Nodes.constant("1 - p", p.value().neg().add(1));
            add(
                    Cause.Kind.WRONG_FACTOR,
                    1,
                    node,
                    Nodes.mul(p, rest, sum.inputs().getFirst()),
                    "you used " + p.text() + " (1 - " + p.text() + "), the derivative of each element alone: in a"
                            + " softmax each depends on the others of its row, so the sum over the row is subtracted");
        }
    }

    private static boolean isGradient(Node node) {
        return node.is(Kind.GRADIENT)
                || (!node.is(Kind.VALUE) && node.inputs().stream().anyMatch(Mutations::isGradient));
    }

    private void derivative(Node node) {
        var source = node.source();
        if (source == null) {
            return;
        }
        Derivatives.wrong(source)
                .forEach((text, tensor) -> add(
                        isMultiple(tensor, node.value()) ? Cause.Kind.CONSTANT_FACTOR : Cause.Kind.WRONG_FACTOR,
                        1,
                        node,
                        Nodes.constant(text, tensor),
                        "you used " + text + " where the derivative of " + source.operation() + ", " + node.text()
                                + ", is right"));
        tensors.forEach((text, tensor) -> {
            if (tensor.shape().equals(node.value().shape())
                    && !text.equals(source.text())
                    && !text.equals(source.inputs().getFirst().text())) {
                add(
                        Cause.Kind.WRONG_FACTOR,
                        2,
                        node,
                        Nodes.constant(text, tensor),
                        "you used " + text + " where " + node.text() + " is right");
                Derivatives.at(source, tensor)
                        .forEach(with -> add(
                                Cause.Kind.WRONG_FACTOR,
                                2,
                                node,
                                Nodes.constant(text, with),
                                "the derivative of " + source.operation() + " is taken of " + text + " where "
                                        + node.text() + " is right"));
            }
        });
        var x = source.inputs().getFirst();
        if (x.name() == null && x.operation() == Op.SUB && x.inputs().size() == 2) {
            for (int i = 0; i < 2; i++) {
                var kept = x.inputs().get(i);
                String left = x.inputs().get(1 - i).text();
                if (kept.content().shape().equals(x.content().shape())) {
                    Derivatives.at(source, kept.content())
                            .forEach(with -> add(
                                    Cause.Kind.MISSING_TERM,
                                    1,
                                    node,
                                    Nodes.constant(left, with),
                                    "the term " + left + " is missing in " + node.text()));
                }
            }
        }
    }

    /** The forward function itself stands where its derivative is right: relu(dy) for the mask of x times dy. */
    private void forward(Node node) {
        var derivative = node.inputs().getFirst();
        var source = derivative.source();
        if (!derivative.is(Kind.DERIVATIVE) || source == null || node.inputs().size() != 2) {
            return;
        }
        var g = node.inputs().getLast();
        var value = switch (Objects.requireNonNull(source.operation())) {
            case RELU -> g.value().relu();
            case TANH -> g.value().tanh();
            case SIGMOID -> g.value().sigmoid();
            case EXP -> g.value().exp();
            default -> null;
        };
        if (value != null) {
            add(
                    Cause.Kind.WRONG_FACTOR,
                    1,
                    node,
                    Nodes.constant("", value),
                    "you used " + source.operation() + "(" + g.text() + "): multiply " + g.text()
                            + " by the derivative of " + source.operation() + ", " + derivative.text());
        }
    }

    private static boolean isMultiple(Tensor a, Tensor b) {
        double factor = a.getFlat(0) / b.getFlat(0);
        return b.shape().elements() > 1 && Tensors.largest(a.sub(b.mul(factor))) <= 1e-9 * Tensors.largest(a);
    }
}
