package handgrad.check.cause;

import handgrad.check.difference.Coverage;
import handgrad.check.difference.Tensors;
import handgrad.check.result.Cause;
import handgrad.check.result.Cause.Kind;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Mistakes in the sum over the uses of a tensor: a use is left out, overwritten, or summed over the wrong dimension.
 */
final class UseRules {
    /** All subsets of the uses are tried up to this many. */
    private static final int MOST_USES = 6;

    private static final Coverage SAMPLE = new Coverage(32, 32, 0, 1);

    private UseRules() {}

    /** The tensor is used in several places, and its gradient is the sum over only some of them; looks at a sample. */
    static @Nullable Cause forgottenUse(Evidence evidence) {
        var uses = evidence.uses();
        if (uses.size() < 2 || uses.size() > MOST_USES) {
            return null;
        }
        int[] elements = SAMPLE.elementsOf(evidence.expected().shape());
        var given = Tensor.zeros(DType.FLOAT64, Shape.of(elements.length));
        var ofUses = Tensor.zeros(DType.FLOAT64, Shape.of(uses.size(), elements.length));
        for (int i = 0; i < elements.length; i++) {
            given.setFlat(i, evidence.gradient().getFlat(elements[i]));
            for (int u = 0; u < uses.size(); u++) {
                ofUses.set(uses.get(u).gradientAt(elements[i]), u, i);
            }
        }
        for (var subset : Tensors.subsets(uses.size())) {
            var numbers = Tensor.of(subset.stream().mapToInt(Integer::intValue).toArray(), subset.size());
            if (evidence.equal(given, ofUses.indexSelect(0, numbers).sum(0))) {
                var counted = subset.stream().map(uses::get).toList();
                var forgotten =
                        uses.stream().filter(use -> !counted.contains(use)).toList();
                return forgotten.isEmpty()
                        ? null
                        : new Cause(
                                Kind.OVERWRITTEN,
                                "it has only the gradient through " + names(counted) + ": add (+=) the one through "
                                        + names(forgotten) + ", where " + evidence.name() + " is used too");
            }
        }
        return null;
    }

    private static String names(List<Use> uses) {
        return uses.stream().map(Use::name).collect(Collectors.joining(" and "));
    }

    /** The gradient is a sum over the elements of an output, and some of its terms are missing. */
    static @Nullable Cause partOfTheSum(Evidence evidence) {
        for (var use : evidence.uses()) {
            var contributions = use.contributions();
            if (contributions == null || !evidence.equal(contributions.sum(1), evidence.expected())) {
                continue;
            }
            if (isOneContribution(evidence, contributions, true)) {
                return new Cause(
                        Kind.OVERWRITTEN,
                        "it has only what the last use of each element gives: where an element is used again, add"
                                + " (+=) to its gradient, do not set it");
            }
            var slice = slice(evidence, use.output().shape(), contributions);
            if (slice != null) {
                return slice;
            }
            if (isOneContribution(evidence, contributions, false)) {
                return new Cause(
                        Kind.OVERWRITTEN,
                        "it has only what the first use of each element gives: where an element is used again, add"
                                + " (+=) to its gradient");
            }
        }
        return null;
    }

    /** Whether the gradient has, for each element, only its last contribution, or only its first. */
    private static boolean isOneContribution(Evidence evidence, Tensor contributions, boolean last) {
        for (int j = 0; j < contributions.size(0); j++) {
            double found = 0;
            for (int i = 0; i < contributions.size(1); i++) {
                double contribution = contributions.get(j, i);
                if (Math.abs(contribution) > evidence.closeness() && (last || found == 0)) {
                    found = contribution;
                }
            }
            if (!evidence.equal(found, evidence.gradient().getFlat(j))) {
                return false;
            }
        }
        return true;
    }

    /** Whether the gradient only has the contributions of one index along one dimension of the output. */
    private static @Nullable Cause slice(Evidence evidence, Shape output, Tensor contributions) {
        int rows = contributions.size(0);
        for (int d = 0; d < output.rank(); d++) {
            int size = output.size(d);
            if (size < 2) {
                continue;
            }
            // (elements of x, before, size, behind) summed over all but x and the dimension.
            var slices = contributions
                    .reshape(rows, output.elements(0, d), size, output.elements(d + 1, output.rank()))
                    .sum(3)
                    .sum(1);
            for (int s = 0; s < size; s++) {
                var slice = slices.indexSelect(1, Tensor.of(new int[] {s}, 1));
                if (evidence.equal(slice, evidence.gradient())) {
                    boolean last = s == size - 1;
                    return new Cause(
                            last ? Kind.OVERWRITTEN : Kind.BROADCAST_NOT_SUMMED,
                            "it has only what index " + s + " of dimension " + d + " of the output " + output
                                    + " gives: "
                                    + (last
                                            ? "add (+=) the gradients of all " + size + ", do not overwrite them"
                                            : "sum over all " + size));
                }
            }
        }
        return null;
    }

    /** The sum runs over the wrong dimensions of the output, and happens to have the right number of elements. */
    static @Nullable Cause sumOverTheWrongAxis(Evidence evidence) {
        for (var use : evidence.uses()) {
            var contributions = use.contributions();
            if (contributions == null) {
                continue;
            }
            var terms = contributions.sum(0).reshape(use.output().shape().toArray());
            List<Integer> right = null;
            List<Integer> wrong = null;
            for (var dimensions : Tensors.subsets(terms.shape().rank())) {
                var sum = Tensors.sum(terms, dimensions);
                right = evidence.equal(sum, evidence.expected()) ? dimensions : right;
                wrong = evidence.equal(sum, evidence.gradient()) ? dimensions : wrong;
            }
            if (right != null && wrong != null) {
                return new Cause(
                        Kind.WRONG_AXIS,
                        "it is summed over " + ShapeRules.dimensions(wrong) + " of the output "
                                + use.output().shape() + ": sum over " + ShapeRules.dimensions(right));
            }
        }
        return null;
    }
}
