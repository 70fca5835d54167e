package handgrad.tensor;

import static handgrad.tensor.Requirements.requireApart;
import static handgrad.tensor.Requirements.requireIndices;
import static handgrad.tensor.Requirements.requireSameType;

import handgrad.kernel.Rows;

/** Elements picked along one dimension by an index each, and the backward pass of that. */
final class Gathering {
    private Gathering() {}

    static Tensor gather(Tensor x, int dimension, Tensor indices) {
        int d = x.shape().dimension(dimension);
        int[] places = places("gather", x.shape(), d, indices);
        var out = Tensor.zeros(x.dtype(), indices.shape());
        Rows.gather(x.elements(), 1, places, places.length, out.elements());
        return Tracing.tell(Op.GATHER, new double[] {d}, out, x, indices);
    }

    /** The backward pass of {@link #gather}. */
    static Tensor scatterAdd(Tensor target, int dimension, Tensor indices, Tensor x) {
        requireSameType("scatterAdd", target, x);
        requireApart("scatterAdd", "this tensor", target, "x", x);
        int d = target.shape().dimension(dimension);
        if (!x.shape().equals(indices.shape())) {
            throw new IllegalArgumentException("scatterAdd: wants an index for each element of x, x is " + x.shape()
                    + ", the indices are " + indices.shape());
        }
        int[] places = places("scatterAdd", target.shape(), d, indices);
        Rows.scatterAdd(target.elements(), 1, places, places.length, x.elements());
        return Tracing.tell(Op.SCATTER_ADD, new double[] {d}, target, target, indices, x);
    }

    /** Where in a tensor of a shape the element lies that each index names: its own place, but for dimension d. */
    private static int[] places(String operation, Shape shape, int d, Tensor indices) {
        var own = indices.shape();
        boolean fits = own.rank() == shape.rank();
        for (int e = 0; e < shape.rank() && fits; e++) {
            fits = e == d || own.size(e) <= shape.size(e);
        }
        if (!fits) {
            throw new IllegalArgumentException(operation + ": indices must have as many dimensions as " + shape
                    + " and be no longer but in dimension " + d + ", they are " + own);
        }
        requireIndices(operation, indices, shape.size(d));
        int[] places = new int[own.elements()];
        int inner = 1;
        int step = 1;
        for (int e = shape.rank() - 1; e >= 0; e--) {
            for (int i = 0; i < places.length; i++) {
                int index = e == d ? indices.ints()[i] : i / inner % own.size(e);
                places[i] += index * step;
            }
            inner *= own.size(e);
            step *= shape.size(e);
        }
        return places;
    }
}
