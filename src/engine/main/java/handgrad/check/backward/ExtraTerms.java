package handgrad.check.backward;

import handgrad.check.backward.Node.Kind;
import handgrad.check.difference.Tensors;
import handgrad.check.result.Cause;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Terms that do not belong into a gradient: another tensor, or a term of it with another tensor in it. */
final class ExtraTerms {
    /** Of fewer elements a multiple says nothing. */
    private static final int FEWEST = 3;

    private final Node root;
    private final Tensor difference;
    private final Shape shape;
    private final Map<String, Tensor> tensors;
    private final List<Mutant> mutants = new ArrayList<>();

    ExtraTerms(Node root, Map<String, Tensor> tensors, Tensor difference) {
        this.root = root;
        this.tensors = tensors;
        this.difference = difference;
        this.shape = difference.shape();
    }

    List<Mutant> all() {
        tensors.forEach((text, tensor) -> {
            if (tensor.shape().elements() == shape.elements()) {
                add(text, Nodes.constant(text, () -> tensor.reshape(shape.toArray())));
            } else if (Tensors.broadcasts(tensor.shape(), shape)) {
                add(
                        text,
                        Nodes.constant(
                                text, () -> Tensor.zeros(DType.FLOAT64, shape).add(tensor)));
            }
        });
        add("1", Nodes.constant("1", Tensor.zeros(DType.FLOAT64, shape).fill(1)));
        multiples();
        for (int d = 0; d < shape.rank(); d++) {
            if (shape.size(d) > 1) {
                var mean = root.value().mean(d, true);
                add(
                        "mean of it over dimension " + d,
                        Nodes.constant("", Tensor.zeros(DType.FLOAT64, shape).add(mean)));
            }
        }
        var terms = root.is(Kind.ADD) ? root.inputs() : List.of(root);
        for (var term : terms) {
            replaced(term);
        }
        return mutants;
    }

    /** Some number times another tensor, as a weight decay adds. */
    private void multiples() {
        if (shape.elements() < FEWEST) {
            return;
        }
        double mean = difference.mean().item();
        add(
                "the number " + Nodes.number(mean),
                Nodes.constant("", Tensor.zeros(DType.FLOAT64, shape).fill(mean)));
        tensors.forEach((text, tensor) -> {
            if (tensor.shape().equals(shape)) {
                double factor = dot(difference, tensor) / dot(tensor, tensor);
                if (Math.abs(Math.abs(factor) - 1) < 1e-6) {
                    return;
                }
                add(Nodes.number(factor) + " " + text, Nodes.constant(text, () -> tensor.mul(factor)));
            }
        });
    }

    private static double dot(Tensor a, Tensor b) {
        double sum = 0;
        for (int i = 0; i < a.shape().elements(); i++) {
            sum += a.getFlat(i) * b.getFlat(i);
        }
        return sum;
    }

    /** The term with another tensor in the place of each of its own. */
    private void replaced(Node term) {
        for (var leaf : BackwardSearch.nodes(term)) {
            if (leaf != term && (leaf.is(Kind.VALUE) || leaf.is(Kind.GRADIENT)) && !leaf.isLoss()) {
                tensors.forEach((text, tensor) -> {
                    if (!text.equals(leaf.text())
                            && tensor.shape().equals(leaf.value().shape())) {
                        var other = term.replaced(leaf, Nodes.constant(text, tensor));
                        add(term.text().replace(leaf.text(), text), other);
                    }
                });
            }
        }
    }

    private void add(String text, Node term) {
        for (int sign : new int[] {1, -1}) {
            mutants.add(new Mutant(
                    Cause.Kind.MISSING_TERM,
                    (text.startsWith("the number") ? "" : "the term ") + (sign < 0 ? "-" : "") + text
                            + " is too much: leave it out",
                    root,
                    Nodes.add(List.of(root, Nodes.scale(sign, term))),
                    2));
        }
    }
}
