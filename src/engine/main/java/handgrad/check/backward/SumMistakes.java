package handgrad.check.backward;

import handgrad.check.backward.Node.Kind;
import handgrad.check.result.Cause;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.List;

/** Mistakes about what was repeated, summed or read several times in the forward pass. */
final class SumMistakes {
    private final String name;
    private final List<Mutant> mutants;

    SumMistakes(String name, List<Mutant> mutants) {
        this.name = name;
        this.mutants = mutants;
    }

    private void add(Cause.Kind kind, int rank, Node node, Node by, String sentence) {
        mutants.add(new Mutant(kind, sentence, node, by, rank));
    }

    void sumTo(Node node) {
        var x = node.inputs().getFirst();
        int count = x.value().shape().elements() / node.value().shape().elements();
        if (count > 1) {
            add(
                    Cause.Kind.MISSING_MEAN,
                    0,
                    node,
                    Nodes.scale(1.0 / count, node),
                    "it is the mean of " + x.text() + " over its " + count + ", where the sum is right: " + name
                            + " was repeated, so its gradients add");
        }
        var from = x.value().shape();
        for (int d = 0; d < from.rank(); d++) {
            int size = from.size(d);
            for (int i : new int[] {0, size - 1}) {
                var part = x.value().narrow(d, i, 1);
                if (size > 1 && part.shape().elements() == node.value().shape().elements()) {
                    add(
                            i == 0 ? Cause.Kind.BROADCAST_NOT_SUMMED : Cause.Kind.OVERWRITTEN,
                            1,
                            node,
                            Nodes.constant("", part.reshape(node.value().shape().toArray())),
                            "it has only index " + i + " of dimension " + d + " of " + x.text() + ": sum over all "
                                    + size);
                }
            }
        }
    }

    void expand(Node node) {
        var x = node.inputs().getFirst();
        if (!x.is(Kind.SUM)) {
            return;
        }
        var summed = x.inputs().getFirst();
        var shape = summed.value().shape();
        int count = shape.size((int) x.number());
        add(
                Cause.Kind.MISSING_MEAN,
                1,
                node,
                Nodes.scale(1.0 / count, node),
                "the mean of " + summed.text() + " over dimension " + (int) x.number()
                        + " stands where its sum is right");
        for (int d = 0; d < shape.rank(); d++) {
            if (d != (int) x.number() && shape.size(d) > 1) {
                int right = (int) x.number();
                var wrong = Nodes.expand(shape.with(d, 1), shape, Nodes.sum(d, summed));
                for (double factor : new double[] {1, (double) shape.size(right) / shape.size(d)}) {
                    add(
                            Cause.Kind.WRONG_AXIS,
                            1,
                            node,
                            Nodes.scale(factor, wrong),
                            "the sum of " + summed.text() + " runs over dimension " + d + " where dimension " + right
                                    + " is right");
                }
            }
        }
    }

    /** Where elements were read several times, their gradients are set and not added. */
    void scatter(Node node) {
        var x = node.inputs().getFirst();
        var places = node.places();
        for (boolean last : new boolean[] {true, false}) {
            var out = Tensor.zeros(DType.FLOAT64, node.value().shape());
            var seen = new boolean[out.shape().elements()];
            for (int i = 0; i < places.length; i++) {
                if (places[i] >= 0 && (last || !seen[places[i]])) {
                    out.setFlat(places[i], x.value().getFlat(i));
                    seen[places[i]] = true;
                }
            }
            add(
                    Cause.Kind.OVERWRITTEN,
                    0,
                    node,
                    Nodes.constant("", out),
                    "it has only the " + (last ? "last" : "first")
                            + " use of each element: where an element is used again, add (+=) to its gradient, do not"
                            + " set it");
        }
        if (x.value().shape().elements() == node.value().shape().elements()) {
            add(
                    Cause.Kind.ORDER,
                    1,
                    node,
                    Nodes.constant("", x.value().reshape(node.value().shape().toArray())),
                    "the elements of " + x.text() + " are in the wrong order: they are taken as they lie, where the"
                            + " forward pass moved them, so move them back");
        }
    }
}
