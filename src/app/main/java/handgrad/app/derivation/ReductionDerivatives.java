package handgrad.app.derivation;

import handgrad.app.derivation.ChainRule.Partial;
import handgrad.app.derivation.ChainRule.Term;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/** The derivatives of what one dimension becomes a number by, and of the softmax along one. */
final class ReductionDerivatives {
    private static final Term ONLY_D = (d, _, _, _) -> d;

    private ReductionDerivatives() {}

    /** Of the sum over all elements. */
    static ChainRule sumOfAll(TensorUse use) {
        var x = TensorUse.letters(use.xShape(), 0);
        var letters =
                String.join(",", x.stream().filter(each -> !each.equals("0")).toList());
        return new ChainRule(
                use,
                (letters.isEmpty() ? "" : "Σ" + letters + " ") + Positions.element(use.x(), x),
                x,
                List.of(),
                null,
                List.of(),
                "",
                ONLY_D,
                "d" + use.y() + " at every place",
                (_, sink) -> {
                    for (int i = 0; i < use.xShape().elements(); i++) {
                        sink.add(i, 1, -1);
                    }
                });
    }

    static ChainRule sum(TensorUse use) {
        var repeated = "d%s, repeated over dimension %d".formatted(use.y(), use.dimension());
        return along(use, "Σ%2$s %1$s", ONLY_D, repeated, (y, sink) -> each(use, y, x -> sink.add(x, 1, -1)));
    }

    /** The gradient goes to the element that was the largest, the first one of several. */
    static ChainRule max(TensorUse use) {
        var largest =
                "d%s where %s is the largest along dimension %d, else 0".formatted(use.y(), use.x(), use.dimension());
        return along(
                use, "max over %2$s of %1$s", (d, x, y, _) -> d + " · 1{" + x + " = " + y + "}", largest, (y, sink) -> {
                    double found = use.output().content().getFlat(y);
                    var first = new ArrayList<Integer>();
                    each(use, y, x -> {
                        if (first.isEmpty() && use.input().content().getFlat(x) == found) {
                            first.add(x);
                        }
                    });
                    sink.add(first.getFirst(), 1, -1);
                });
    }

    static ChainRule logSumExp(TensorUse use) {
        var whole = "d%1$s ∘ exp(%2$s - %1$s), the softmax of %2$s".formatted(use.y(), use.x());
        return along(
                use,
                "ln Σ%2$s exp(%1$s)",
                (d, x, y, _) -> d + " · exp(" + x + " - " + y + ")",
                whole,
                (y, sink) -> each(use, y, x -> {
                    double share = use.input().content().getFlat(x)
                            - use.output().content().getFlat(y);
                    sink.add(x, Math.exp(share), -1);
                }));
    }

    /** Each probability depends on every logit of its row: y[k] has the derivative y[k] · (1{k = j} - y[j]) by x[j]. */
    static ChainRule softmax(TensorUse use, int dimension) {
        var shape = use.xShape();
        var x = TensorUse.letters(shape, 0);
        var y = new ArrayList<>(x);
        var summed = TensorUse.letter(shape.rank());
        y.set(dimension, summed);
        var delta = "1{%s = %s}".formatted(summed, x.get(dimension));
        return new ChainRule(
                use,
                "softmax over %s of %s".formatted(summed, Positions.element(use.x(), y)),
                x,
                y,
                use.output(),
                x,
                summed,
                (d, _, own, at) ->
                        "%s · %s · (%s - %s)".formatted(d, own, own.equals(at) ? "1" : delta(own, delta), at),
                "%1$s ∘ (d%1$s - Σ%2$d (d%1$s ∘ %1$s))".formatted(use.y(), dimension),
                (position, sink) -> {
                    double own = use.output().content().getFlat(position);
                    int[] index = Positions.index(shape, position);
                    for (int j = 0; j < shape.size(dimension); j++) {
                        int[] other = index.clone();
                        other[dimension] = j;
                        int at = Positions.position(shape, other);
                        double equal = at == position ? 1 : 0;
                        sink.add(at, own * (equal - use.output().content().getFlat(at)), at);
                    }
                });
    }

    /** With letters the two places may be one; with numbers they are not. */
    private static String delta(String element, String letters) {
        return element.matches(".*\\[[\\d, ]+]") ? "0" : letters;
    }

    private static ChainRule along(TensorUse use, String format, Term term, String whole, Partial partial) {
        int dimension = use.dimension();
        var x = TensorUse.letters(use.xShape(), 0);
        var y = new ArrayList<>(x);
        if (use.yShape().rank() == x.size()) {
            y.set(dimension, "0");
        } else {
            y.remove(dimension);
        }
        var forward = format.formatted(Positions.element(use.x(), x), x.get(dimension));
        return new ChainRule(use, forward, x, y, null, List.of(), "", term, whole, partial);
    }

    /** Tells of each element of x along the dimension that an element of y comes from. */
    private static void each(TensorUse use, int position, IntConsumer element) {
        int dimension = use.dimension();
        int inner = 1;
        for (int d = dimension + 1; d < use.xShape().rank(); d++) {
            inner *= use.xShape().size(d);
        }
        int size = use.xShape().size(dimension);
        int start = position / inner * inner * size + position % inner;
        for (int i = 0; i < size; i++) {
            element.accept(start + i * inner);
        }
    }
}
