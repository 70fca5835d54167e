package handgrad.check.backward;

import handgrad.check.backward.Node.Kind;
import handgrad.check.difference.Tensors;
import handgrad.check.result.Cause;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

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
        if (x.is(Kind.MUL) && x.inputs().size() == 2) {
            var shape = node.value().shape();
            var a = x.inputs().get(0);
            var b = x.inputs().get(1);
            if (Tensors.broadcasts(shape, a.value().shape())
                    && Tensors.broadcasts(shape, b.value().shape())) {
                add(
                        Cause.Kind.WRONG_FACTOR,
                        1,
                        node,
                        Nodes.mul(Nodes.sumTo(shape, a), Nodes.sumTo(shape, b)),
                        "the sums of " + a.text() + " and " + b.text() + " are multiplied: multiply first, then sum");
            }
        }
        var from = x.value().shape();
        for (int d = 0; d < from.rank(); d++) {
            int size = from.size(d);
            if (from.with(d, 1).elements() == node.value().shape().elements()) {
                for (var part : IndexParts.of(size)) {
                    if (part.size() > 1) {
                        add(
                                Cause.Kind.PART,
                                1,
                                node,
                                Nodes.constant(
                                        "",
                                        x.value()
                                                .narrow(d, part.from(), part.size())
                                                .sum(d)
                                                .reshape(node.value().shape().toArray())),
                                "it has only " + part + " of dimension " + d + " of " + x.text() + ": sum over all "
                                        + size);
                    }
                }
            }
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
        var moved = node.source();
        if (moved != null) {
            moved(node, x, moved);
        }
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
        var origin = x;
        while (origin.is(Kind.SCATTER)) {
            origin = origin.inputs().getFirst();
        }
        if (origin.value().shape().equals(node.value().shape())) {
            shifts(node, origin);
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

    /** It is moved along the right dimension the wrong way, or too far. */
    private void shifts(Node node, Node x) {
        var shape = x.value().shape();
        for (int d = 0; d < shape.rank(); d++) {
            for (int by = -3; by <= 3; by++) {
                if (by == 0) {
                    add(
                            Cause.Kind.ORDER,
                            2,
                            node,
                            Nodes.constant("", x.value()),
                            x.text() + " is not moved: move it back as far as the forward pass moved it");
                } else if (Math.abs(by) < shape.size(d)) {
                    int length = shape.size(d) - Math.abs(by);
                    var gap = Tensor.zeros(DType.FLOAT64, shape.with(d, Math.abs(by)));
                    var kept = x.value().narrow(d, Math.max(0, -by), length);
                    add(
                            Cause.Kind.ORDER,
                            1,
                            node,
                            Nodes.constant("", by > 0 ? Tensor.cat(d, gap, kept) : Tensor.cat(d, kept, gap)),
                            x.text() + " is moved by " + by + " along dimension " + d
                                    + ": move it back as far as the forward pass moved it, the other way");
                }
            }
        }
    }

    /** Mistakes about the operation that moved the elements. */
    private void moved(Node node, Node g, Recorded moved) {
        switch (Objects.requireNonNull(moved.operation())) {
            case MAX -> maximum(node, g, moved);
            case TRANSPOSE -> transposed(node, g, (int) moved.argument(0), (int) moved.argument(1));
            default -> {
                // The others have no mistake of their own.
            }
        }
    }

    private void maximum(Node node, Node g, Recorded y) {
        int d = (int) y.argument(0);
        var x = y.inputs().getFirst();
        var shape = node.value().shape();
        var above = g.value().reshape(shape.with(d, 1).toArray());
        var zeros = Tensor.zeros(DType.FLOAT64, shape);
        var everywhere = zeros.add(above);
        add(
                Cause.Kind.WRONG_FACTOR,
                1,
                node,
                Nodes.constant("", everywhere),
                "each element gets " + g.text() + ": only the largest of dimension " + d + ", the maximum, gets it");
        add(
                Cause.Kind.WRONG_FACTOR,
                1,
                node,
                Nodes.constant("", everywhere.div(shape.size(d))),
                "each element gets " + g.text() + "/" + shape.size(d) + ", as in a mean: of a maximum only the largest"
                        + " of dimension " + d + " gets it, whole");
        add(
                Cause.Kind.WRONG_FACTOR,
                1,
                node,
                Nodes.constant("", everywhere.mul(x.content())),
                "you used " + x.text() + " where a mask is right: 1 at the maximum of dimension " + d
                        + ", 0 at the others");
        add(
                Cause.Kind.WRONG_FACTOR,
                1,
                node,
                Nodes.constant("", everywhere.mul(x.content().softmax(d))),
                "you used softmax(" + x.text() + ") where a mask is right: 1 at the maximum of dimension " + d
                        + ", 0 at the others");
        var largest = mask(x.content(), d, Double.POSITIVE_INFINITY);
        add(
                Cause.Kind.TIE,
                1,
                node,
                Nodes.constant("", everywhere.mul(largest)),
                "each element that is equal to the maximum gets all of " + g.text() + ": of equal ones only one, the"
                        + " first, is the maximum");
        add(
                Cause.Kind.TIE,
                1,
                node,
                Nodes.constant("", everywhere.mul(largest).div(zeros.add(largest.sum(d, true)))),
                g.text() + " is shared among the elements that are equal to the maximum: here the first of them gets"
                        + " all of it");
        var rest = largest.neg().add(1);
        add(
                Cause.Kind.WRONG_FACTOR,
                1,
                node,
                Nodes.constant("", everywhere.mul(rest)),
                "all elements get " + g.text() + " but the maximum: the mask is the wrong way round");
        var least = mask(x.content().neg(), d, 1);
        add(
                Cause.Kind.WRONG_FACTOR,
                1,
                node,
                Nodes.constant("", everywhere.mul(least)),
                "the smallest element of dimension " + d + " gets " + g.text() + " where the largest, the maximum, is"
                        + " right");
        add(
                Cause.Kind.TIE,
                1,
                node,
                Nodes.constant("", everywhere.mul(lastMask(x.content(), d))),
                "of elements that are equal the last gets " + g.text() + ": here the first is the maximum");
    }

    /** 1 at the largest elements along a dimension, at the first ones of them, so many. */
    private static Tensor mask(Tensor x, int d, double most) {
        var mask = Tensor.zeros(DType.FLOAT64, x.shape());
        var largest = Tensor.zeros(DType.FLOAT64, x.shape()).add(x.max(d, true));
        int inner = x.shape().elements(d + 1, x.shape().rank());
        int size = x.size(d);
        for (int i = 0; i < x.shape().elements(); i++) {
            boolean is = x.getFlat(i) == largest.getFlat(i);
            int before = 0;
            for (int j = i - inner; j >= 0 && j / (inner * size) == i / (inner * size); j -= inner) {
                before += mask.getFlat(j) == 1 ? 1 : 0;
            }
            mask.setFlat(i, is && before < most ? 1 : 0);
        }
        return mask;
    }

    private static Tensor lastMask(Tensor x, int d) {
        int size = x.size(d);
        int[] order = new int[size];
        Arrays.setAll(order, i -> size - 1 - i);
        var turned = Tensor.of(order, size);
        return mask(x.indexSelect(d, turned), d, 1).indexSelect(d, turned);
    }

    /** Other dimensions are exchanged, or the elements reshaped first to the sizes that come after the exchange. */
    private void transposed(Node node, Node g, int first, int second) {
        var shape = node.value().shape();
        var from = g.value().shape();
        String right = first + " and " + second;
        for (int d = 0; d < from.rank(); d++) {
            for (int e = d + 1; e < from.rank(); e++) {
                if (d != Math.min(first, second) || e != Math.max(first, second)) {
                    add(
                            Cause.Kind.ORDER,
                            1,
                            node,
                            Nodes.constant("", g.value().transpose(d, e).reshape(shape.toArray())),
                            "dimensions " + d + " and " + e + " of " + g.text() + " " + from + " are exchanged where "
                                    + right + " are right: its elements are in the wrong order");
                }
            }
        }
        add(
                Cause.Kind.ORDER,
                1,
                node,
                Nodes.constant(
                        "",
                        g.value()
                                .reshape(shape.toArray())
                                .transpose(first, second)
                                .reshape(shape.toArray())),
                "the elements of " + g.text() + " are in the wrong order: reshape to " + from + " before dimensions "
                        + right + " are exchanged");
    }
}
