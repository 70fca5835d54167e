package handgrad.check.cause;

import handgrad.check.difference.Tensors;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * All that the rules may look at to explain a wrong gradient.
 *
 * @param name of the tensor x
 * @param gradient as it is, of any shape
 * @param expected as it should be, of the shape of x
 * @param x the tensor
 * @param knownUses finds the outputs that are computed from x; an empty list where the forward pass is not known
 * @param others the other tensors that take part, by name
 * @param stale finds out whether the gradient depends on an earlier batch
 * @param rounding how wrong expected may be
 */
public record Evidence(
        String name,
        Tensor gradient,
        Tensor expected,
        Tensor x,
        Supplier<List<Use>> knownUses,
        Map<String, Tensor> others,
        BooleanSupplier stale,
        double rounding) {

    /** Numbers closer than this, relative to the largest of the expected ones, are taken for equal. */
    private static final double CLOSE = 1e-5;

    /** What there is without the forward pass. */
    public static Evidence without(String name, Tensor gradient, Tensor expected) {
        var unknown = Tensor.zeros(DType.FLOAT64, expected.shape());
        return new Evidence(name, gradient, expected, unknown, List::of, Map.of(), () -> false, 0);
    }

    /** What is computed from x. */
    List<Use> uses() {
        return knownUses.get();
    }

    /** What is wrong beyond the shape: gradient - expected. */
    Tensor difference() {
        return gradient.sub(expected);
    }

    /** Whether two tensors of one shape, or two of as many elements, are equal but for rounding. */
    boolean equal(Tensor a, Tensor b) {
        int count = a.shape().elements();
        if (count != b.shape().elements()) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            if (!equal(a.getFlat(i), b.getFlat(i))) {
                return false;
            }
        }
        return true;
    }

    boolean equal(double a, double b) {
        return Math.abs(a - b) <= closeness();
    }

    double closeness() {
        return CLOSE * Tensors.largest(expected) + 4 * rounding;
    }

    /** Numbers of elements that a mean may run over: sizes of dimensions and products of neighbouring ones, from 2. */
    TreeSet<Integer> counts() {
        var counts = new TreeSet<Integer>();
        count(x.shape(), counts);
        others.values().forEach(other -> count(other.shape(), counts));
        return counts;
    }

    private static void count(Shape shape, TreeSet<Integer> counts) {
        for (int from = 0; from < shape.rank(); from++) {
            for (int to = from + 1; to <= shape.rank(); to++) {
                int count = shape.elements(from, to);
                if (count > 1) {
                    counts.add(count);
                }
            }
        }
    }

    /** The other tensors that are not indices. */
    Map<String, Tensor> floating() {
        var floating = new LinkedHashMap<>(others);
        floating.values().removeIf(other -> other.dtype() == DType.INT32);
        return floating;
    }
}
