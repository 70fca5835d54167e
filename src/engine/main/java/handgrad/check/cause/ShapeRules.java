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

    static List<Cause> wrongShape(Evidence evidence) {
        var shape = evidence.gradient().shape();
        var wanted = evidence.expected().shape();
        return shape.equals(wanted)
                ? List.of()
                : List.of(wrongShape(evidence, "its shape is " + shape + ", the tensor's is " + wanted));
    }

    private static Cause wrongShape(Evidence evidence, String shapes) {
        var gradient = evidence.gradient();
        var shape = gradient.shape();
        var wanted = evidence.expected().shape();
        var along = broadcastDimensions(wanted, shape);
        if (evidence.equal(gradient, evidence.expected())) {
            boolean unsummed = evidence.uses().stream()
                    .anyMatch(use -> use.output().shape().equals(shape) && shape.rank() > wanted.rank());
            return new Cause(
                    Kind.WRONG_SHAPE,
                    shapes
                            + (unsummed
                                    ? ": the sum over the rows is missing, which one row does not show, or reshape the"
                                            + " result"
                                    : ", the numbers are right: keep the dimension when you sum, or reshape the"
                                            + " result"));
        }
        if (!along.isEmpty()) {
            return new Cause(
                    Kind.BROADCAST_NOT_SUMMED,
                    "it has the shape of the broadcast " + shape + ": sum it over " + dimensions(along)
                            + ", because " + evidence.name() + " " + wanted + " was broadcast along "
                            + (along.size() == 1 ? "it" : "them")
                            + (isRight(evidence, Tensors.sumTo(wanted, gradient))
                                    ? ""
                                    : "; the sum is not right either, so more is missing"));
        }
        if (wanted.rank() == 2 && !isVector(wanted) && shape.equals(Shape.of(wanted.size(1), wanted.size(0)))) {
            return new Cause(
                    Kind.TRANSPOSED,
                    shapes + ": transpose it, or exchange the factors of the matrix product"
                            + (isRight(evidence, gradient.t())
                                    ? ""
                                    : "; its transpose is not right either, so more is wrong"));
        }
        for (var use : evidence.uses()) {
            var summed = summedDimensions(use.output().shape(), shape);
            var right = summedDimensions(use.output().shape(), wanted);
            if (!summed.isEmpty() && !right.isEmpty() && !summed.equals(right)) {
                return new Cause(
                        Kind.WRONG_AXIS,
                        shapes + ": a sum of " + use.output().shape() + " runs over " + alternatives(summed)
                                + " where it should run over " + alternatives(right));
            }
        }
        return new Cause(Kind.WRONG_SHAPE, shapes + ": a gradient has the shape of its tensor");
    }

    private static boolean isRight(Evidence evidence, @Nullable Tensor corrected) {
        return corrected != null && evidence.equal(corrected, evidence.expected());
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

    /** Every set of dimensions that a sum over gives the shape, kept with size 1 or not. */
    private static List<List<Integer>> summedDimensions(Shape from, Shape shape) {
        return Tensors.subsets(from.rank()).stream()
                .filter(dimensions -> Tensors.summed(from, dimensions, false).equals(shape)
                        || Tensors.summed(from, dimensions, true).equals(shape))
                .toList();
    }

    /** "dimension 0 or dimensions 1 and 2": the sets that fit. */
    static String alternatives(List<List<Integer>> sets) {
        return sets.stream().map(ShapeRules::dimensions).collect(Collectors.joining(" or "));
    }

    /** "dimension 0", "dimensions 0 and 1". */
    static String dimensions(List<Integer> dimensions) {
        return (dimensions.size() == 1 ? "dimension " : "dimensions ")
                + dimensions.stream().map(String::valueOf).collect(Collectors.joining(" and "));
    }

    /** What a sum gives back is equal along the dimension that it ran over. */
    static List<Cause> wrongAxisOfConstant(Evidence evidence) {
        var causes = new ArrayList<Cause>();
        int rank = evidence.expected().shape().rank();
        for (int right = 0; right < rank; right++) {
            for (int wrong = 0; wrong < rank; wrong++) {
                if (right != wrong
                        && isConstant(evidence, evidence.expected(), right)
                        && isConstant(evidence, evidence.gradient(), wrong)
                        && !isConstant(evidence, evidence.gradient(), right)) {
                    causes.add(new Cause(
                            Kind.WRONG_AXIS,
                            "it is equal along dimension " + wrong + " and should be along dimension " + right
                                    + ": the gradient of a sum is repeated along the dimension that was summed"));
                }
            }
        }
        return causes;
    }

    static boolean isConstant(Evidence evidence, Tensor tensor, int dimension) {
        int size = tensor.size(dimension);
        if (size < 2) {
            return false;
        }
        var first = tensor.indexSelect(dimension, Tensor.zeros(DType.INT32, Shape.of(size)));
        return evidence.equal(tensor, first);
    }

    static List<Cause> transposed(Evidence evidence) {
        var causes = new ArrayList<Cause>();
        var expected = evidence.expected();
        int rank = expected.shape().rank();
        for (int first = 0; first < rank; first++) {
            for (int second = first + 1; second < rank; second++) {
                if (evidence.equal(evidence.gradient(), expected.transpose(first, second))) {
                    causes.add(new Cause(
                            Kind.TRANSPOSED,
                            "it is the transpose of the right gradient: exchange dimensions " + first + " and " + second
                                    + ", or the factors of the matrix product"));
                }
            }
        }
        return causes;
    }
}
