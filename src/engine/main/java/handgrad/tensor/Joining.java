package handgrad.tensor;

import handgrad.kernel.Choice;
import java.util.Arrays;

/** Tensors made of several others: stacked, or chosen element by element. */
final class Joining {
    private Joining() {}

    /** Told as it is made: each tensor reshaped, and all joined. */
    static Tensor stack(int dimension, Tensor... tensors) {
        if (tensors.length == 0) {
            throw new IllegalArgumentException("stack: wants at least one tensor");
        }
        var first = tensors[0];
        for (var tensor : tensors) {
            if (tensor.dtype() != first.dtype() || !tensor.shape().equals(first.shape())) {
                throw new IllegalArgumentException("stack: tensors must be alike, a " + first.dtype() + " "
                        + first.shape() + ", b " + tensor.dtype() + " " + tensor.shape());
            }
        }
        var longer = Arrays.stream(tensors).map(tensor -> tensor.unsqueeze(dimension));
        return Selection.cat(dimension, longer.toArray(Tensor[]::new));
    }

    static Tensor where(Tensor condition, Tensor a, Tensor b) {
        if (a.dtype() != b.dtype()) {
            throw new IllegalArgumentException("where: types differ, a " + a.dtype() + " " + a.shape() + ", b "
                    + b.dtype() + " " + b.shape() + "; convert one, as with to(DType.FLOAT64)");
        }
        var shape = Shape.broadcast(
                "where, condition a and result b", condition.shape(), Shape.broadcast("where", a.shape(), b.shape()));
        int[] places = places(condition.shape(), shape);
        boolean[] chosen = new boolean[places.length];
        for (int i = 0; i < chosen.length; i++) {
            chosen[i] = Elements.get(condition.elements(), places[i]) != 0;
        }
        var out = Tensor.zeros(a.dtype(), shape);
        Choice.where(
                chosen, a.elements(), places(a.shape(), shape), b.elements(), places(b.shape(), shape), out.elements());
        return Tracing.tell(Op.WHERE, out, condition, a, b);
    }

    /** Where the element of a shape lies that broadcasts to each element of the whole. */
    private static int[] places(Shape shape, Shape whole) {
        int[] places = new int[whole.elements()];
        if (shape.equals(whole)) {
            Arrays.setAll(places, i -> i);
            return places;
        }
        int step = 1;
        int inner = 1;
        for (int d = 1; d <= shape.rank(); d++) {
            int size = whole.size(-d);
            if (shape.size(-d) != 1) {
                for (int i = 0; i < places.length; i++) {
                    places[i] += i / inner % size * step;
                }
                step *= size;
            }
            inner *= size;
        }
        return places;
    }
}
