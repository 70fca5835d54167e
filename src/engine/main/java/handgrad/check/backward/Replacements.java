package handgrad.check.backward;

import handgrad.check.backward.Node.Kind;
import handgrad.check.difference.Tensors;
import handgrad.check.result.Cause;
import handgrad.tensor.DType;
import handgrad.tensor.Op;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Mistakes with another tensor: in the place of one, or as a factor too much. */
final class Replacements {
    private final Node root;
    private final Map<String, Tensor> tensors;
    private final Set<String> gradients;
    private final List<Mutant> mutants;

    Replacements(Node root, Map<String, Tensor> tensors, Set<String> gradients, List<Mutant> mutants) {
        this.root = root;
        this.tensors = tensors;
        this.gradients = gradients;
        this.mutants = mutants;
    }

    private void add(Cause.Kind kind, int rank, Node node, Node by, String sentence) {
        mutants.add(new Mutant(kind, sentence, node, by, rank));
    }

    /** A factor too much, which does not change the shape. */
    void extraFactors(Node node) {
        if (node.is(Kind.DERIVATIVE) || node.is(Kind.SCALE) || node.is(Kind.EXPAND) || node.isLoss()) {
            return;
        }
        var shape = node.value().shape();
        String of = node == root ? "" : " of " + node.text();
        tensors.forEach((text, tensor) -> {
            boolean same = tensor.shape().elements() == shape.elements();
            if ((same || fits(tensor.shape(), shape)) && !isConstant(tensor)) {
                var whole = same ? shape : tensor.shape();
                Supplier<Tensor> factor = () -> tensor.reshape(whole.toArray());
                int rank = (node == root ? 1 : 2)
                        + (text.contains("(") || text.contains(" ") ? 1 : 0)
                        + (gradients.contains(text) ? 1 : 0);
                extraFactor(node, rank, text, of, factor);
                if (whole.elements() == 1) {
                    return;
                }
                extraFactor(
                        node,
                        rank + 2,
                        "(1 - " + text + ")",
                        of,
                        () -> factor.get().neg().add(1));
                extraFactor(
                        node,
                        rank + 2,
                        text + " (1 - " + text + ")",
                        of,
                        () -> factor.get().neg().add(1).mul(factor.get()));
                extraFactor(
                        node,
                        rank + 2,
                        "(1 - " + text + "²)",
                        of,
                        () -> factor.get().square().neg().add(1));
            }
        });
    }

    /** Whether it has one value several times: what such a factor does is told as a number. */
    private static boolean isConstant(Tensor tensor) {
        int count = tensor.shape().elements();
        for (int i = 1; i < count; i++) {
            if (tensor.getFlat(i) != tensor.getFlat(0)) {
                return false;
            }
        }
        return count > 1;
    }

    private void extraFactor(Node node, int rank, String text, String of, Supplier<Tensor> factor) {
        add(
                Cause.Kind.MISSING_TERM,
                rank,
                node,
                Nodes.mul(node, Nodes.constant(text, factor)),
                "the factor " + text + of + " is too much: you multiplied by it, leave it out");
    }

    /** Another tensor stands in the place of one. */
    void replaced(Node node) {
        var shape = node.value().shape();
        if (node.text().equals("dloss")) {
            return;
        }
        tensors.forEach((text, tensor) -> {
            if (!text.equals(node.text())
                    && (tensor.shape().elements() == shape.elements() || fits(tensor.shape(), shape))) {
                var by = expanded(text, tensor, shape);
                boolean same = node.is(Kind.GRADIENT) == gradients.contains(text);
                add(
                        Cause.Kind.WRONG_FACTOR,
                        (same ? 1 : 2) + (text.contains("(") ? 1 : 0),
                        node,
                        by,
                        "you used " + text + " where " + node.text() + " is right");
            }
        });
        slices(node);
        functions(node);
        if (node.is(Kind.GRADIENT)) {
            var ones = Tensor.zeros(DType.FLOAT64, shape).fill(1);
            add(
                    Cause.Kind.MISSING_TERM,
                    1,
                    node,
                    Nodes.constant("1", ones),
                    "the factor from above, " + node.text() + ", is forgotten: 1 stands in its place");
        } else {
            function(node, "1 - " + node.text(), x -> x.neg().add(1));
            function(node, "1 + " + node.text(), x -> x.add(1));
            function(node, node.text() + "²", Tensor::square);
            function(
                    node,
                    node.text() + " (1 - " + node.text() + ")",
                    x -> x.mul(x.neg().add(1)));
            function(node, "exp " + node.text(), Tensor::exp);
            add(
                    Cause.Kind.WRONG_FACTOR,
                    3,
                    node,
                    Nodes.constant("", () -> node.value().log()),
                    "you used ln " + node.text() + " where " + node.text() + " is right: the exp is missing");
            function(node, "1/" + node.text(), x -> x.pow(-1));
            function(node, "√" + node.text(), Tensor::sqrt);
        }
    }

    /** Another part of the same tensor, or the same part of another one. */
    private void slices(Node node) {
        var source = node.source();
        if (source == null || node.is(Kind.GRADIENT)) {
            return;
        }
        var shape = node.value().shape();
        var part = source;
        while (part.operation() == Op.RESHAPE && part.name() == null) {
            part = part.inputs().getFirst();
        }
        if (part.operation() != Op.NARROW || part.name() != null) {
            return;
        }
        var whole = part.inputs().getFirst();
        int dimension = (int) part.argument(0);
        int length = (int) part.argument(2);
        for (int start = 0; start + length <= whole.content().size(dimension); start += length) {
            slice(node, whole.text(), whole.content(), dimension, start, length, shape);
        }
        for (var other : tensors.entrySet()) {
            if (other.getValue().shape().equals(whole.content().shape())) {
                slice(node, other.getKey(), other.getValue(), dimension, (int) part.argument(1), length, shape);
            }
        }
    }

    /** The same function of another tensor. */
    private void functions(Node node) {
        var source = node.source();
        if (source == null
                || !node.is(Kind.VALUE)
                || source.isLeaf()
                || source.inputs().size() != 1) {
            return;
        }
        var x = source.inputs().getFirst();
        tensors.forEach((text, tensor) -> {
            if (tensor.shape().equals(x.content().shape()) && !text.equals(x.text())) {
                String function = node.text().replace(x.text(), text);
                add(
                        Cause.Kind.WRONG_FACTOR,
                        2,
                        node,
                        Nodes.constant(function, () -> {
                            var other = Rerun.of(source, x, tensor);
                            return other == null ? node.value() : other.content();
                        }),
                        "you used " + function + " where " + node.text() + " is right");
            }
        });
    }

    private void slice(Node node, String of, Tensor whole, int dimension, int start, int length, Shape shape) {
        String text = of + "[" + ":, ".repeat(dimension) + start + ":" + (start + length) + "]";
        if (!text.equals(node.text())) {
            add(
                    Cause.Kind.WRONG_FACTOR,
                    1,
                    node,
                    Nodes.constant(
                            text, () -> whole.narrow(dimension, start, length).reshape(shape.toArray())),
                    "you used " + text + " where " + node.text() + " is right");
        }
    }

    private void function(Node node, String text, UnaryOperator<Tensor> function) {
        add(
                Cause.Kind.WRONG_FACTOR,
                3,
                node,
                Nodes.constant(text, () -> function.apply(node.value())),
                "you used " + text + " where " + node.text() + " is right");
    }

    private static boolean fits(Shape small, Shape shape) {
        return small.equals(shape) || (small.rank() > 0 && Tensors.broadcasts(small, shape));
    }

    private static Node expanded(String text, Tensor tensor, Shape shape) {
        return Nodes.constant(
                text,
                () -> tensor.shape().elements() == shape.elements()
                        ? tensor.reshape(shape.toArray())
                        : Tensor.zeros(DType.FLOAT64, shape).add(tensor));
    }
}
