package handgrad.check.backward;

import handgrad.check.backward.Backward.UnknownGradientException;
import handgrad.check.backward.Node.Kind;
import handgrad.check.difference.Tensors;
import handgrad.tensor.DType;
import handgrad.tensor.Op;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Gradients in the short form in which they are taught: of a normalisation, and of softmax with cross-entropy. */
final class Formulas {
    private static final double NEARLY = 1e-2;

    private static final double EQUAL = 1e-9;

    private Formulas() {}

    /** Those that may be the gradient of x; the numbers tell whether they are. */
    static List<Node> of(Recorded x, List<Recorded> values, Backward backward) {
        var formulas = new ArrayList<Node>();
        var shape = x.content().shape();
        for (var y : values) {
            addLogSumExp(x, y, backward, formulas);
            if (y != x
                    && y.content().dtype() == DType.FLOAT64
                    && y.content().shape().equals(shape)) {
                for (int d = 0; d < shape.rank(); d++) {
                    addNormalization(x, y, d, values, backward, formulas);
                }
                if (y.isLeaf() && shape.rank() == 2) {
                    var p = called("softmax(" + x.text() + ")", x.content().softmax(-1), values);
                    var difference = Nodes.add(List.of(p, Nodes.scale(-1, Nodes.value(y))));
                    formulas.add(Nodes.scale(1.0 / shape.size(0), difference));
                    formulas.add(difference);
                }
            }
        }
        return formulas;
    }

    /** dx = softmax(x) ∘ dy, where y is the logarithm of the sum of the exponentials along a dimension. */
    private static void addLogSumExp(Recorded x, Recorded y, Backward backward, List<Node> formulas) {
        if (y.operation() != Op.LOG
                || x.content().shape().elements() == y.content().shape().elements()) {
            return;
        }
        var shape = x.content().shape();
        for (int d = 0; d < shape.rank(); d++) {
            var kept = shape.with(d, 1);
            var logSumExp = x.content().logSumExp(d, true);
            if (kept.elements() == y.content().shape().elements()
                    && Tensors.largest(y.content().reshape(kept.toArray()).sub(logSumExp))
                            <= EQUAL * Tensors.largest(logSumExp)) {
                try {
                    formulas.add(
                            Nodes.mul(Nodes.value(Recorded.softmax(x, d)), Nodes.expand(kept, shape, backward.of(y))));
                } catch (UnknownGradientException unknown) {
                    return;
                }
            }
        }
    }

    /** dx = inv ∘ (dy - mean dy - y ∘ mean (dy ∘ y)), where y is x normalised along a dimension. */
    private static void addNormalization(
            Recorded x, Recorded y, int d, List<Recorded> values, Backward backward, List<Node> formulas) {
        var shape = x.content().shape();
        int n = shape.size(d);
        if (n < 3 || Tensors.largest(y.content().mean(d, true)) > NEARLY) {
            return;
        }
        var square = y.content().square().sum(d, true);
        double divisor = square.getFlat(0);
        int count = Math.abs(divisor - n) < NEARLY * n ? n : n - 1;
        if (Tensors.largest(square.sub(count)) > NEARLY * n) {
            return;
        }
        var inverse = x.content()
                .sub(x.content().mean(d, true))
                .mul(y.content())
                .sum(d, true)
                .pow(-1)
                .mul(square);
        Node g;
        try {
            g = backward.of(y);
        } catch (UnknownGradientException unknown) {
            return;
        }
        var inv = called("the inverse deviation", inverse, values);
        var normal = y.name() == null && y.label() == null
                ? Nodes.constant("the normalised " + x.text(), y.content())
                : Nodes.value(y);
        var forms = forms(inv, g, normal, d, count);
        formulas.addAll(forms);
        for (var other : values) {
            if (other.name() != null && other != x && other.content().shape().equals(shape)) {
                try {
                    var beside = backward.of(other);
                    forms.forEach(form -> formulas.add(Nodes.add(List.of(beside, form))));
                } catch (UnknownGradientException unknown) {
                    // It is no residual path then.
                }
            }
        }
    }

    /** A tensor by the name of the one of the pass that is equal to it, else by that of the formula. */
    private static Node called(String name, Tensor tensor, List<Recorded> values) {
        return values.stream()
                .filter(value -> value.content().shape().equals(tensor.shape())
                        && value.content().dtype() == DType.FLOAT64
                        && (value.name() != null || value.label() != null)
                        && Tensors.largest(value.content().sub(tensor)) <= EQUAL * Tensors.largest(tensor))
                .findFirst()
                .map(Nodes::value)
                .orElseGet(() -> Nodes.constant(name, tensor));
    }

    /** The same formula as different hands write it: their mistakes differ. */
    private static List<Node> forms(Node inv, Node g, Node y, int d, int count) {
        var forms = new ArrayList<Node>();
        forms.add(formula(inv, g, y, d, count));
        if (g.is(Kind.MUL) && g.inputs().size() == 2) {
            for (int i = 0; i < 2; i++) {
                var gain = g.inputs().get(i);
                var rest = g.inputs().get(1 - i);
                if (gain.value().shape().rank() < y.value().shape().rank()
                        || gain.value().shape().size(d) == 1) {
                    forms.add(formula(Nodes.mul(gain, inv), rest, y, d, count));
                }
            }
        }
        return forms;
    }

    private static Node formula(Node inv, Node g, Node y, int d, int count) {
        var shape = y.value().shape();
        Shape kept = shape.with(d, 1);
        int n = shape.size(d);
        var mean = Nodes.scale(-1.0 / n, Nodes.expand(kept, shape, Nodes.sum(d, g)))
                .titled("the mean of " + g.text() + " over dimension " + d);
        var projection = Nodes.expand(kept, shape, Nodes.sum(d, Nodes.mul(g, y)));
        var through = Nodes.scale(-1.0 / count, Nodes.mul(y, projection))
                .titled("the part through the variance, " + y.text() + " ∘ the mean of " + g.text() + " ∘ " + y.text()
                        + " over dimension " + d + ",");
        var inner = Nodes.add(List.of(g, mean, through));
        return inv.is(Kind.MUL) ? Nodes.mul(inv.inputs().get(0), inv.inputs().get(1), inner) : Nodes.mul(inv, inner);
    }
}
