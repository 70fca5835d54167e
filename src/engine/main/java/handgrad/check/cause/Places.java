package handgrad.check.cause;

import handgrad.check.difference.Tensors;
import handgrad.check.result.Cause;
import handgrad.check.result.Cause.Kind;
import handgrad.tensor.Shape;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Where a gradient is wrong: at which indices of which dimension, or how many elements are. */
final class Places {
    /** More indices than this are counted, not listed. */
    private static final int MOST_LISTED = 6;

    /** Indices of a dimension; outside of them all is right. */
    private record Indices(int dimension, int size, BitSet wrong) {
        double part() {
            return (double) wrong.cardinality() / size;
        }

        String text(Shape shape) {
            String where = shape.rank() == 2 ? " (" + (dimension == 0 ? "rows" : "columns") + ")" : "";
            return indices() + " of dimension " + dimension + where;
        }

        private String indices() {
            int first = wrong.nextSetBit(0);
            int count = wrong.cardinality();
            if (count == 1) {
                return "index " + first;
            }
            if (wrong.length() - first == count) {
                return "indices " + first + " to " + (wrong.length() - 1);
            }
            return count > MOST_LISTED
                    ? count + " of the " + size + " indices"
                    : "indices " + wrong.stream().mapToObj(String::valueOf).collect(Collectors.joining(", "));
        }
    }

    private Places() {}

    /** It is zero at some indices of a dimension and right at the others. */
    static List<Cause> zeroInPart(Evidence evidence) {
        var indices = fewest(evidence);
        if (indices == null) {
            return List.of();
        }
        var gradient = evidence.gradient();
        int inner = inner(evidence, indices.dimension);
        for (int i = 0; i < gradient.shape().elements(); i++) {
            if (indices.wrong.get(i / inner % indices.size) && gradient.getFlat(i) != 0) {
                return List.of();
            }
        }
        return List.of(new Cause(
                Kind.PART,
                "it is zero at " + indices.text(gradient.shape()) + " and right at the others: what belongs there is"
                        + " left out"));
    }

    /** A map in words, to stand in front of a colon; empty where all elements are wrong. */
    static String of(Evidence evidence) {
        var shape = evidence.expected().shape();
        var wrong = wrong(evidence);
        int count = shape.elements();
        var multiples = TermRules.dimensionsOfFactors(evidence);
        if (!multiples.isEmpty()) {
            return "; along " + String.join(" or ", multiples) + " it is right but for a factor of each slice";
        }
        if (wrong.size() == count || wrong.isEmpty()) {
            return "";
        }
        var indices = fewest(evidence);
        if (indices != null) {
            return "; it is wrong at " + indices.text(shape) + " only, right at the others";
        }
        int first = wrong.getFirst();
        return String.format(
                Locale.ROOT,
                "; %d of the %d elements are wrong, the first is %s, %.4g where %.4g is right",
                wrong.size(),
                count,
                Tensors.index(shape, first),
                evidence.gradient().getFlat(first),
                evidence.expected().getFlat(first));
    }

    private static List<Integer> wrong(Evidence evidence) {
        var wrong = new ArrayList<Integer>();
        for (int i = 0; i < evidence.expected().shape().elements(); i++) {
            if (!evidence.equal(
                    evidence.gradient().getFlat(i), evidence.expected().getFlat(i))) {
                wrong.add(i);
            }
        }
        return wrong;
    }

    private static int inner(Evidence evidence, int dimension) {
        var shape = evidence.expected().shape();
        return shape.elements(dimension + 1, shape.rank());
    }

    /** The smallest part of a dimension that all wrong elements are in; null where it is all of each. */
    private static @Nullable Indices fewest(Evidence evidence) {
        var shape = evidence.expected().shape();
        var wrong = wrong(evidence);
        Indices fewest = null;
        for (int d = 0; d < shape.rank() && !wrong.isEmpty(); d++) {
            var indices = new Indices(d, shape.size(d), new BitSet());
            int inner = inner(evidence, d);
            wrong.forEach(i -> indices.wrong.set(i / inner % indices.size));
            if (indices.part() < (fewest == null ? 1 : fewest.part())) {
                fewest = indices;
            }
        }
        return fewest;
    }
}
