package handgrad.check.backward;

import handgrad.check.result.Cause;
import handgrad.check.result.Cause.Kind;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** Mistakes about places: shifted, turned round, read in another order, only one of several, a mean subtracted. */
final class Movements {
    private static final int MOST_INDICES = 12;

    private final Node root;
    private final Node node;
    private final List<Mutant> mutants;
    private final String what;

    Movements(Node root, Node node, List<Mutant> mutants) {
        this.root = root;
        this.node = node;
        this.mutants = mutants;
        this.what = node == root ? "it" : node.text();
    }

    void add() {
        var shape = node.value().shape();
        for (int dimension = 0; dimension < shape.rank(); dimension++) {
            int d = dimension;
            int size = shape.size(d);
            if (size < 2) {
                continue;
            }
            for (int by = 1; by <= Math.min(3, size - 1); by++) {
                shift(d, by);
                shift(d, -by);
            }
            add(Kind.ORDER, 2, () -> select(d, reversed(size)), what + " is turned round along dimension " + d);
            for (int i = 0; i < size; i++) {
                if (size <= MOST_INDICES || i == 0 || i == size - 1) {
                    only(d, i);
                    without(d, i);
                }
            }
            for (int e = d + 1; e < shape.rank(); e++) {
                int first = d;
                int last = e;
                int second = shape.size(e);
                if (second > 1) {
                    var turned = Tensor.of(reversed(second), second);
                    add(
                            Kind.ORDER,
                            2,
                            () -> select(first, reversed(size)).indexSelect(last, turned),
                            what + " is turned round along dimensions " + d + " and " + e);
                    shift(d, e, 1);
                    shift(d, e, -1);
                }
                boolean square = size == second;
                add(
                        square ? Kind.TRANSPOSED : Kind.ORDER,
                        2,
                        () -> node.value().transpose(first, last).reshape(shape.toArray()),
                        square
                                ? what + " has dimensions " + d + " and " + e + " exchanged: transpose it"
                                : what + " has its elements in the wrong order: dimensions " + d + " and " + e
                                        + " are exchanged and then reshaped");
                int[] sizes = shape.toArray();
                sizes[d] = shape.size(e);
                sizes[e] = shape.size(d);
                add(
                        Kind.ORDER,
                        2,
                        () -> node.value().reshape(sizes).transpose(first, last).reshape(shape.toArray()),
                        what + " has its elements in the wrong order: it is reshaped where dimensions " + d + " and "
                                + e + " are to be exchanged, or the other way round");
            }
        }
    }

    private void add(Cause.Kind kind, int rank, Supplier<Tensor> value, String sentence) {
        // Of a node in the middle it is less likely than of the whole.
        mutants.add(new Mutant(kind, sentence, node, Nodes.constant("", value), rank + (node == root ? 0 : 1)));
    }

    private static int[] reversed(int size) {
        int[] order = new int[size];
        Arrays.setAll(order, i -> size - 1 - i);
        return order;
    }

    private Tensor select(int dimension, int[] order) {
        return node.value().indexSelect(dimension, Tensor.of(order, order.length));
    }

    /** Both dimensions are shifted by one, as when what was padded is cut out at the wrong place. */
    private void shift(int d, int e, int by) {
        add(
                Kind.ORDER,
                2,
                () -> select(d, order(d, by))
                        .indexSelect(e, Tensor.of(order(e, by), node.value().size(e))),
                what + " is shifted by " + by + " along dimensions " + d + " and " + e);
    }

    private int[] order(int d, int by) {
        int size = node.value().size(d);
        int[] order = new int[size];
        Arrays.setAll(order, i -> Math.floorMod(i - by, size));
        return order;
    }

    private void shift(int d, int by) {
        String sentence =
                what + " is shifted by " + by + " along dimension " + d + ": index i has what belongs to i - " + by;
        if (by < 0) {
            sentence = what + " is shifted by " + by + " along dimension " + d + ": index i has what belongs to i + "
                    + -by;
        }
        add(Kind.ORDER, 2, () -> select(d, order(d, by)), sentence);
        add(Kind.ORDER, 2, () -> select(d, order(d, by)).mul(inside(d, by)), sentence);
    }

    /** 1 where a shifted element comes from inside of the tensor. */
    private Tensor inside(int d, int by) {
        int size = node.value().size(d);
        var mask = Tensor.zeros(DType.FLOAT64, node.value().shape());
        int inner = mask.shape().elements(d + 1, mask.shape().rank());
        for (int i = 0; i < mask.shape().elements(); i++) {
            int at = i / inner % size - by;
            mask.setFlat(i, at >= 0 && at < size ? 1 : 0);
        }
        return mask;
    }

    private void only(int d, int index) {
        add(
                Kind.PART,
                2,
                () -> node.value().mul(mask(d, index)),
                what + " is right at index " + index + " of dimension " + d + " and zero at the others: they are left"
                        + " out");
    }

    private void without(int d, int index) {
        add(
                Kind.PART,
                2,
                () -> node.value().mul(mask(d, index).neg().add(1)),
                what + " is zero at index " + index + " of dimension " + d + " and right at the others: it is left"
                        + " out");
    }

    private Tensor mask(int d, int index) {
        var shape = node.value().shape();
        var mask = Tensor.zeros(DType.FLOAT64, shape);
        int inner = shape.elements(d + 1, shape.rank());
        for (int i = 0; i < shape.elements(); i++) {
            mask.setFlat(i, i / inner % shape.size(d) == index ? 1 : 0);
        }
        return mask;
    }
}
