package handgrad.check.cause;

import handgrad.check.difference.Coverage;
import handgrad.check.difference.Tensors;
import handgrad.check.result.Cause;
import handgrad.check.result.Cause.Kind;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Mistakes in the sum over the uses of a tensor: a use is left out, overwritten, or summed over the wrong dimension.
 */
final class UseRules {
    /** All subsets of the uses are tried up to this many. */
    private static final int MOST_USES = 6;

    private static final Coverage SAMPLE = new Coverage(32, 32, 0, 1);

    private UseRules() {}

    /** The tensor is used in several places, and its gradient is the sum over only some of them; looks at a sample. */
    static List<Cause> forgottenUse(Evidence evidence) {
        var uses = evidence.uses();
        if (uses.size() < 2 || uses.size() > MOST_USES) {
            return List.of();
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
        var causes = new ArrayList<Cause>();
        for (var subset : Tensors.subsets(uses.size())) {
            var numbers = Tensor.of(subset.stream().mapToInt(Integer::intValue).toArray(), subset.size());
            var counted = subset.stream().map(uses::get).toList();
            var forgotten = uses.stream().filter(use -> !counted.contains(use)).toList();
            if (!forgotten.isEmpty()
                    && evidence.equal(given, ofUses.indexSelect(0, numbers).sum(0))) {
                causes.add(new Cause(
                        Kind.OVERWRITTEN,
                        "it has only the gradient through " + names(counted) + ": add (+=) the one through "
                                + names(forgotten) + ", where " + evidence.name() + " is used too"));
            }
        }
        return causes;
    }

    private static String names(List<Use> uses) {
        return uses.stream().map(Use::name).collect(Collectors.joining(" and "));
    }

    /** The gradient is a sum over the elements of an output, and some of its terms are missing. */
    static List<Cause> partOfTheSum(Evidence evidence) {
        var causes = new ArrayList<Cause>();
        for (var use : evidence.uses()) {
            var contributions = use.contributions();
            if (contributions != null && evidence.equal(contributions.sum(1), evidence.expected())) {
                causes.addAll(partOfTheSum(evidence, use.output().shape(), contributions));
            }
        }
        return causes;
    }

    private static List<Cause> partOfTheSum(Evidence evidence, Shape output, Tensor contributions) {
        boolean first = isOneContribution(evidence, contributions, false);
        boolean last = isOneContribution(evidence, contributions, true);
        if (last) {
            return List.of(new Cause(
                    Kind.OVERWRITTEN,
                    "it has only what " + (first ? "one" : "the last")
                            + " use of each element gives: where an element is used again, add (+=) to its gradient, do"
                            + " not set it"));
        }
        var slices = slices(evidence, output, contributions);
        return slices.isEmpty() && first
                ? List.of(new Cause(
                        Kind.OVERWRITTEN,
                        "it has only what the first use of each element gives: where an element is used again, add"
                                + " (+=) to its gradient"))
                : slices;
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

    /** Where the gradient only has the contributions of one index along one dimension of the output. */
    private static List<Cause> slices(Evidence evidence, Shape output, Tensor contributions) {
        int rows = contributions.size(0);
        var causes = new ArrayList<Cause>();
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
            var fits = IntStream.range(0, size)
                    .filter(s ->
                            evidence.equal(slices.indexSelect(1, Tensor.of(new int[] {s}, 1)), evidence.gradient()))
                    .boxed()
                    .toList();
            if (!fits.isEmpty()) {
                boolean last = fits.getFirst() == size - 1;
                causes.add(new Cause(
                        last ? Kind.OVERWRITTEN : Kind.BROADCAST_NOT_SUMMED,
                        "it has only what index "
                                + fits.stream().map(String::valueOf).collect(Collectors.joining(" or "))
                                + " of dimension " + d + " of the output " + output + " gives: "
                                + (last
                                        ? "add (+=) the gradients of all " + size + ", do not overwrite them"
                                        : "sum over all " + size)));
            }
        }
        return causes;
    }

    /** The sum runs over the wrong dimensions of the output, and happens to have the right number of elements. */
    static List<Cause> sumOverTheWrongAxis(Evidence evidence) {
        var causes = new ArrayList<Cause>();
        for (var use : evidence.uses()) {
            var contributions = use.contributions();
            if (contributions == null) {
                continue;
            }
            var output = use.output().shape();
            var terms = contributions.sum(0).reshape(output.toArray());
            var right = sums(evidence, terms, evidence.expected());
            var wrong = sums(evidence, terms, evidence.gradient());
            if (!right.isEmpty() && !wrong.isEmpty()) {
                causes.add(new Cause(
                        Kind.WRONG_AXIS,
                        "it is summed over " + ShapeRules.alternatives(wrong) + " of the output " + output
                                + ": sum over " + ShapeRules.alternatives(right)));
            }
        }
        return causes;
    }

    /** The sets of dimensions, none of size 1, that a sum of the terms over gives the tensor. */
    private static List<List<Integer>> sums(Evidence evidence, Tensor terms, Tensor tensor) {
        return Tensors.subsets(terms.shape().rank()).stream()
                .filter(dimensions -> dimensions.stream().allMatch(d -> terms.size(d) > 1))
                .filter(dimensions -> evidence.equal(Tensors.sum(terms, dimensions), tensor))
                .toList();
    }
}
