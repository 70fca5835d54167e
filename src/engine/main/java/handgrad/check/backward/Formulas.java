package handgrad.check.backward;

import handgrad.check.backward.Backward.UnknownGradientException;
import handgrad.check.difference.Tensors;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** Gradients in the short form in which they are taught: of a normalisation, and of softmax with cross-entropy. */
final class Formulas {
    private static final double NEARLY = 1e-2;

    private Formulas() {}

    /** Those that may be the gradient of x; the numbers tell whether they are. */
    static List<Node> of(Recorded x, List<Recorded> values, Backward backward) {
        var formulas = new ArrayList<Node>();
        var shape = x.content().shape();
        for (var y : values) {
            if (y != x
                    && y.content().dtype() == DType.FLOAT64
                    && y.content().shape().equals(shape)) {
                for (int d = 0; d < shape.rank(); d++) {
                    addNormalization(x, y, d, values, backward, formulas);
                }
                if (y.isLeaf() && shape.rank() == 2) {
                    var p = Nodes.constant(
                            "softmax(" + x.text() + ")", x.content().softmax(-1));
                    var difference = Nodes.add(List.of(p, Nodes.scale(-1, Nodes.value(y))));
                    formulas.add(Nodes.scale(1.0 / shape.size(0), difference));
                    formulas.add(difference);
                }
            }
        }
        return formulas;
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
        var inv = Nodes.constant("the inverse deviation", inverse);
        var formula = formula(inv, g, Nodes.value(y), d, count);
        formulas.add(formula);
        for (var other : values) {
            if (other.name() != null && other != x && other.content().shape().equals(shape)) {
                try {
                    formulas.add(Nodes.add(List.of(backward.of(other), formula)));
                } catch (UnknownGradientException unknown) {
                    // It is no residual path then.
                }
            }
        }
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
        return Nodes.mul(inv, Nodes.add(List.of(g, mean, through)));
    }
}
