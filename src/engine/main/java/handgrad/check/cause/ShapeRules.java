package handgrad.check.cause;

import handgrad.check.difference.Tensors;
import handgrad.check.result.Cause;
import handgrad.check.result.Cause.Kind;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Mistakes that show in the shape, or that would if the sizes were not equal by chance. */
final class ShapeRules {
    private ShapeRules() {}

    static @Nullable Cause wrongShape(Evidence evidence) {
        var shape = evidence.gradient().shape();
        var wanted = evidence.expected().shape();
        if (shape.equals(wanted)) {
            return null;
        }
        if (evidence.equal(evidence.gradient(), evidence.expected())) {
            return new Cause(
                    Kind.WRONG_SHAPE,
                    "its shape is " + shape + ", the tensor's is " + wanted
                            + ", the numbers are right: keep the dimension when you sum, or reshape the result");
        }
        var along = broadcastDimensions(wanted, shape);
        if (!along.isEmpty()) {
            return new Cause(
                    Kind.BROADCAST_NOT_SUMMED,
                    "it has the shape of the broadcast " + shape + ": sum it over " + dimensions(along)
                            + ", because " + evidence.name() + " " + wanted + " was broadcast along "
                            + (along.size() == 1 ? "it" : "them"));
        }
        if (wanted.rank() == 2 && !isVector(wanted) && shape.equals(Shape.of(wanted.size(1), wanted.size(0)))) {
            return new Cause(
                    Kind.TRANSPOSED,
                    "its shape is " + shape + ", the tensor's is " + wanted
                            + ": transpose it, or exchange the factors of the matrix product");
        }
        for (var use : evidence.uses()) {
            var summed = summedDimensions(use.output().shape(), shape);
            var right = summedDimensions(use.output().shape(), wanted);
            if (summed != null && right != null && !summed.equals(right)) {
                return new Cause(
                        Kind.WRONG_AXIS,
                        "its shape is " + shape + ", the tensor's is " + wanted + ": a sum of "
                                + use.output().shape() + " runs over " + dimensions(summed)
                                + " where it should run over " + dimensions(right));
            }
        }
        return new Cause(
                Kind.WRONG_SHAPE,
                "its shape is " + shape + ", the tensor's is " + wanted + ": a gradient has the shape of its tensor");
    }

    private static boolean isVector(Shape matrix) {
        return matrix.size(0) == 1 || matrix.size(1) == 1;
    }

    /** The dimensions of {@code large} along which {@code small} is broadcast; empty if it does not broadcast to it. */
    private static List<Integer> broadcastDimensions(Shape small, Shape large) {
        var along = new ArrayList<Integer>();
        for (int d = 0; d < large.rank(); d++) {
            int own = d - (large.rank() - small.rank());
            int size = own < 0 ? 1 : small.size(own);
            if (size == 1 && large.size(d) != 1) {
                along.add(d);
            } else if (size != large.size(d)) {
                return List.of();
            }
        }
        return small.rank() <= large.rank() ? along : List.of();
    }

    /** The dimensions that a sum over gives the shape, kept with size 1 or not; null if there are none. */
    private static @Nullable List<Integer> summedDimensions(Shape from, Shape shape) {
        for (var dimensions : Tensors.subsets(from.rank())) {
            if (Tensors.summed(from, dimensions, false).equals(shape)
                    || Tensors.summed(from, dimensions, true).equals(shape)) {
                return dimensions;
            }
        }
        return null;
    }

    /** "dimension 0", "dimensions 0 and 1". */
    static String dimensions(List<Integer> dimensions) {
        return (dimensions.size() == 1 ? "dimension " : "dimensions ")
                + dimensions.stream().map(String::valueOf).collect(Collectors.joining(" and "));
    }

    /** What a sum gives back is equal along the dimension that it ran over. */
    static @Nullable Cause wrongAxisOfConstant(Evidence evidence) {
        int rank = evidence.expected().shape().rank();
        for (int right = 0; right < rank; right++) {
            for (int wrong = 0; wrong < rank; wrong++) {
                if (right != wrong
                        && isConstant(evidence, evidence.expected(), right)
                        && isConstant(evidence, evidence.gradient(), wrong)
                        && !isConstant(evidence, evidence.gradient(), right)) {
                    return new Cause(
                            Kind.WRONG_AXIS,
                            "it is equal along dimension " + wrong + " and should be along dimension " + right
                                    + ": the gradient of a sum is repeated along the dimension that was summed");
                }
            }
        }
        return null;
    }

    static boolean isConstant(Evidence evidence, Tensor tensor, int dimension) {
        int size = tensor.size(dimension);
        if (size < 2) {
            return false;
        }
        var first = tensor.indexSelect(dimension, Tensor.zeros(DType.INT32, Shape.of(size)));
        return evidence.equal(tensor, first);
    }

    static @Nullable Cause transposed(Evidence evidence) {
        var expected = evidence.expected();
        int rank = expected.shape().rank();
        for (int first = 0; first < rank; first++) {
            for (int second = first + 1; second < rank; second++) {
                if (evidence.equal(evidence.gradient(), expected.transpose(first, second))) {
                    return new Cause(
                            Kind.TRANSPOSED,
                            "it is the transpose of the right gradient: exchange dimensions " + first + " and " + second
                                    + ", or the factors of the matrix product");
                }
            }
        }
        return null;
    }
}
