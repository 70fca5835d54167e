package handgrad.check.cause;

import handgrad.check.difference.Tensors;
import handgrad.check.result.Cause;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * What the rules look at when they explain a wrong gradient.
 *
 * @param name the name of the tensor x
 * @param gradient the gradient of x that was given, of any shape
 * @param expected the right gradient, of the shape of x
 * @param x the value of the tensor
 * @param knownUses returns the places where x is used; empty if the forward pass is not known
 * @param others the other tensors of the computation, by name
 * @param stale tells whether the gradient depends on an earlier batch
 * @param rounding the error that rounding may cause in the right gradient
 * @param isRecorded whether the forward pass is recorded: what depends on it is told from it then, not guessed
 * @param fromGraph what the recorded forward pass tells of it; empty if it is not recorded
 */
public record Evidence(
        String name,
        Tensor gradient,
        Tensor expected,
        Tensor x,
        Supplier<List<Use>> knownUses,
        Map<String, Tensor> others,
        BooleanSupplier stale,
        double rounding,
        boolean isRecorded,
        Supplier<List<Cause>> fromGraph) {

    /** Two numbers count as equal if they differ by less than this times the largest element of the right gradient. */
    static final double CLOSE = 1e-5;

    /** The evidence if nothing but the two gradients is known. */
    public static Evidence without(String name, Tensor gradient, Tensor expected) {
        var unknown = Tensor.zeros(DType.FLOAT64, expected.shape());
        return new Evidence(name, gradient, expected, unknown, List::of, Map.of(), () -> false, 0, false, List::of);
    }

    /** The places where x is used. */
    List<Use> uses() {
        return knownUses.get();
    }

    /** gradient - expected. */
    Tensor difference() {
        return gradient.sub(expected);
    }

    /** Whether two tensors have the same number of elements and agree in each, apart from rounding. */
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
        return closeness(expected, rounding);
    }

    /** By how much numbers of a tensor may differ from those of the right one and count as equal. */
    public static double closeness(Tensor expected, double rounding) {
        return CLOSE * Tensors.largest(expected) + 4 * rounding;
    }

    /** How many elements a mean may run over: the sizes of dimensions and the products of neighbouring ones, from 2. */
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

    /** A count; where two dimensions of x have this size it says so, as the numbers do not tell which is meant. */
    String size(int count) {
        var dimensions = IntStream.range(0, x.shape().rank())
                .filter(d -> x.size(d) == count)
                .mapToObj(d -> "dimension " + d)
                .toList();
        return count + (dimensions.size() < 2 ? "" : " (the size of " + String.join(" as of ", dimensions) + ")");
    }

    /** The other tensors that are not indices. */
    Map<String, Tensor> floating() {
        var floating = new LinkedHashMap<>(others);
        floating.values().removeIf(other -> other.dtype() == DType.INT32);
        return floating;
    }
}
