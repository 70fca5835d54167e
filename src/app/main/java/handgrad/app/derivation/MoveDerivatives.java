package handgrad.app.derivation;

import handgrad.app.derivation.ChainRule.Partial;
import handgrad.app.derivation.ChainRule.Term;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The derivatives of operations that move elements to other places: each element of y is one of x. */
final class MoveDerivatives {
    private static final Term ONLY_D = (d, _, _, _) -> d;

    private MoveDerivatives() {}

    static ChainRule copy(TensorUse use) {
        var x = TensorUse.letters(use.xShape(), 0);
        return rule(use, Positions.element(use.x(), x), x, x, "", "d" + use.y(), (y, sink) -> sink.add(y, 1, -1));
    }

    /** The same elements, row by row, in another shape. */
    static ChainRule reshape(TensorUse use) {
        var x = TensorUse.letters(use.xShape(), 0);
        return rule(
                use,
                Positions.element(use.x(), x) + ", … being the same place, counted row by row",
                x,
                List.of("…"),
                "",
                "d%s.reshape%s".formatted(use.y(), use.xShape()),
                (y, sink) -> sink.add(y, 1, -1));
    }

    static ChainRule transpose(TensorUse use) {
        int first = (int) use.argument(0);
        int second = (int) use.argument(1);
        var x = TensorUse.letters(use.xShape(), 0);
        var y = new ArrayList<>(x);
        Collections.swap(y, first, second);
        boolean isMatrix = x.size() == 2;
        return rule(
                use,
                Positions.element(use.x(), x),
                x,
                y,
                "",
                isMatrix ? "d" + use.y() + "ᵀ" : "d%s.transpose(%d, %d)".formatted(use.y(), first, second),
                (position, sink) -> {
                    int[] index = Positions.index(use.yShape(), position);
                    int swapped = index[first];
                    index[first] = index[second];
                    index[second] = swapped;
                    sink.add(Positions.position(use.xShape(), index), 1, -1);
                });
    }

    static ChainRule narrow(TensorUse use) {
        int dimension = use.dimension();
        int start = (int) use.argument(1);
        int end = start + (int) use.argument(2);
        var x = TensorUse.letters(use.xShape(), 0);
        var letter = x.get(dimension);
        var y = new ArrayList<>(x);
        y.set(dimension, start == 0 ? letter : letter + " - " + start);
        return rule(
                use,
                Positions.element(use.x(), x) + ", where %d ≤ %s < %d".formatted(start, letter, end),
                x,
                y,
                "",
                "d%s at %d to %d of dimension %d, 0 elsewhere".formatted(use.y(), start, end - 1, dimension),
                (position, sink) -> {
                    int[] index = Positions.index(use.yShape(), position);
                    index[dimension] += start;
                    sink.add(Positions.position(use.xShape(), index), 1, -1);
                });
    }

    static ChainRule cat(TensorUse use) {
        int dimension = use.dimension();
        int before = 0;
        for (int i = 0; i < use.place(); i++) {
            before += use.output().inputs().get(i).shape().size(dimension);
        }
        int start = before;
        int size = use.xShape().size(dimension);
        var x = TensorUse.letters(use.xShape(), 0);
        var y = new ArrayList<>(x);
        var letter = x.get(dimension);
        y.set(dimension, start == 0 ? letter : letter.equals("0") ? "" + start : letter + " + " + start);
        return rule(
                use,
                Positions.element(use.x(), x) + ", its part of dimension " + dimension,
                x,
                y,
                "",
                "d%s.narrow(%d, %d, %d)".formatted(use.y(), dimension, start, size),
                (position, sink) -> {
                    int[] index = Positions.index(use.yShape(), position);
                    index[dimension] -= start;
                    if (index[dimension] >= 0 && index[dimension] < size) {
                        sink.add(Positions.position(use.xShape(), index), 1, -1);
                    }
                });
    }

    /** Positions along one dimension picked by indices, as {@code index} does along the first. */
    static ChainRule select(TensorUse use, int dimension) {
        var indices = use.output().inputs().get(1);
        int rank = indices.shape().rank();
        var x = TensorUse.letters(use.xShape(), 0);
        var picking = new ArrayList<String>();
        for (int d = 0; d < rank; d++) {
            picking.add(TensorUse.letter(x.size() + d));
        }
        var y = new ArrayList<>(x.subList(0, dimension));
        y.addAll(picking);
        y.addAll(x.subList(dimension + 1, x.size()));
        var picked = Positions.element(use.name(indices), picking);
        var read = new ArrayList<>(x);
        read.set(dimension, picked);
        return rule(
                use,
                Positions.element(use.x(), read),
                x,
                y,
                String.join(",", picking) + " where " + picked + " = " + x.get(dimension) + ":",
                "zeros, and each d%s added where %s took it from".formatted(use.y(), use.name(indices)),
                (position, sink) -> {
                    int[] index = Positions.index(use.yShape(), position);
                    int[] from = new int[x.size()];
                    System.arraycopy(index, 0, from, 0, dimension);
                    int[] pick = new int[rank];
                    System.arraycopy(index, dimension, pick, 0, rank);
                    from[dimension] = (int) indices.content().getFlat(Positions.position(indices.shape(), pick));
                    System.arraycopy(index, dimension + rank, from, dimension + 1, x.size() - dimension - 1);
                    sink.add(Positions.position(use.xShape(), from), 1, -1);
                });
    }

    private static ChainRule rule(
            TensorUse use, String forward, List<String> x, List<String> y, String sum, String whole, Partial partial) {
        return new ChainRule(use, forward, x, y, null, List.of(), sum, ONLY_D, whole, partial);
    }
}
