package handgrad.check.cause;

import handgrad.check.difference.Tensors;
import handgrad.check.result.Cause;
import handgrad.check.result.Cause.Kind;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Mistakes in one term of a sum. Along one dimension, the gradient of a normalisation, of softmax or of cross-entropy
 * is a sum of a few known tensors, each times a number. For batch normalisation they are dOut, 1 and x - mean(x); for a
 * softmax y they are y ∘ dOut and y. Least squares finds these numbers in the given gradient and in the right one.
 * Where they differ, the mistake is in that term.
 */
final class TermRules {
    private record Term(String name, Tensor tensor, boolean centered) {
        Term(String name, Tensor tensor) {
            this(name, tensor, false);
        }
    }

    /** A tensor seen as (outer, size, inner), cut into outer · inner slices along the middle dimension. */
    private record Slices(String dimension, int outer, int size, int inner) {
        int count() {
            return outer * inner;
        }

        double[] slice(Tensor tensor, int number) {
            double[] slice = new double[size];
            int start = number / inner * size * inner + number % inner;
            for (int i = 0; i < size; i++) {
                slice[i] = tensor.getFlat(start + i * inner);
            }
            return slice;
        }
    }

    private TermRules() {}

    static List<Cause> wrongTerm(Evidence evidence) {
        for (var basis : bases(evidence)) {
            var ways = slices(evidence.x().shape());
            for (var way : ways) {
                var right = factors(evidence, evidence.expected(), basis, way);
                if (right == null) {
                    continue;
                }
                var given = factors(evidence, evidence.gradient(), basis, way);
                if (given != null) {
                    var causes = compare(evidence, basis, right, given);
                    if (!causes.isEmpty()) {
                        return causes;
                    }
                    continue;
                }
                var others = ways.stream()
                        .filter(other -> isMadeOf(basis, factors(evidence, evidence.gradient(), basis, other)))
                        .map(Slices::dimension)
                        .toList();
                if (!others.isEmpty()) {
                    return List.of(new Cause(
                            Kind.WRONG_AXIS,
                            "its sums run over " + String.join(" or ", others) + ", those of the right gradient over "
                                    + way.dimension));
                }
            }
        }
        return List.of();
    }

    /** Whether a gradient is a sum of the terms and has the first, which comes from above, in each slice. */
    private static boolean isMadeOf(List<Term> basis, double @Nullable [][] factors) {
        return factors != null
                && basis.size() > 1
                && Arrays.stream(factors[0]).allMatch(factor -> Math.abs(factor) > 1e-4 * largest(factors[0]));
    }

    private static List<Slices> slices(Shape shape) {
        var slices = new ArrayList<Slices>();
        for (int d = 0; d < shape.rank(); d++) {
            slices.add(new Slices(
                    "dimension " + d, shape.elements(0, d), shape.size(d), shape.elements(d + 1, shape.rank())));
        }
        if (shape.rank() == 3) {
            slices.add(new Slices("dimensions 0 and 1", 1, shape.elements(0, 2), shape.size(2)));
        }
        return slices;
    }

    private static List<List<Term>> bases(Evidence evidence) {
        var x = evidence.x();
        var one = new Term("1", Tensor.zeros(DType.FLOAT64, x.shape()).fill(1));
        var centered = new Term("x - mean(x)", x, true);
        var bases = new ArrayList<List<Term>>();
        for (var use : evidence.uses()) {
            if (use.output().shape().equals(x.shape())) {
                var dOut = new Term(use.gradientName(), use.dOut());
                var y = new Term(use.name(), use.output());
                bases.add(List.of(dOut, one, centered));
                bases.add(List.of(new Term(y.name + " ∘ " + dOut.name, y.tensor.mul(dOut.tensor)), y));
                bases.add(List.of(dOut, new Term("exp " + y.name, y.tensor.exp())));
                evidence.floating().forEach((name, other) -> {
                    if (Tensors.broadcasts(other.shape(), x.shape())) {
                        bases.add(List.of(new Term(dOut.name + " ∘ " + name, dOut.tensor.mul(other)), one, centered));
                    }
                });
            }
        }
        bases.add(List.of(one, centered));
        evidence.others().forEach((name, other) -> {
            if (other.dtype() == DType.INT32
                    && x.shape().appendsOneDimensionTo(other.shape())
                    && areClasses(other, x.size(-1))) {
                var oneHot = other.oneHot(x.size(-1)).to(DType.FLOAT64);
                bases.add(List.of(new Term("softmax", x.exp()), new Term("onehot(" + name + ")", oneHot)));
            }
        });
        return bases;
    }

    /** Whether these integers may be targets of so many classes; those of a layer behind may be more. */
    private static boolean areClasses(Tensor integers, int classes) {
        return Arrays.stream(integers.ints()).allMatch(i -> i >= 0 && i < classes);
    }

    /** The factor of each term in each slice, [term][slice]; null where the tensor is no sum of these terms. */
    private static double @Nullable [][] factors(Evidence evidence, Tensor tensor, List<Term> basis, Slices slices) {
        if (slices.size < basis.size() + 2) {
            return null;
        }
        double[][] factors = new double[basis.size()][slices.count()];
        for (int s = 0; s < slices.count(); s++) {
            double[][] vectors = new double[basis.size()][];
            for (int t = 0; t < vectors.length; t++) {
                vectors[t] = slices.slice(basis.get(t).tensor, s);
                if (basis.get(t).centered) {
                    center(vectors[t]);
                }
            }
            double[] solution = LeastSquares.solve(vectors, slices.slice(tensor, s), evidence.closeness());
            if (solution == null) {
                return null;
            }
            for (int t = 0; t < solution.length; t++) {
                factors[t][s] = solution[t];
            }
        }
        return factors;
    }

    private static void center(double[] vector) {
        double mean = 0;
        for (double value : vector) {
            mean += value / vector.length;
        }
        for (int i = 0; i < vector.length; i++) {
            vector[i] -= mean;
        }
    }

    private static List<Cause> compare(Evidence evidence, List<Term> basis, double[][] right, double[][] given) {
        var wrong = IntStream.range(0, basis.size())
                .filter(t -> !close(given[t], right[t], 1))
                .boxed()
                .toList();
        String parts = (wrong.size() == 1 ? "the part with " : "the parts with ")
                + wrong.stream().map(t -> basis.get(t).name).collect(Collectors.joining(" and "));
        if (!wrong.isEmpty() && wrong.stream().allMatch(t -> largest(given[t]) < 1e-4 * largest(right[t]))) {
            return List.of(new Cause(
                    Kind.MISSING_TERM, parts + (wrong.size() == 1 ? " is missing: add it" : " are missing: add them")));
        }
        if (wrong.size() != 1) {
            return List.of();
        }
        int t = wrong.getFirst();
        if (evidence.isRecorded() && !close(given[t], right[t], factor(given[t], right[t]))) {
            // More is known of the formula than that a part of it is wrong.
            return List.of();
        }
        if (largest(right[t]) < 1e-4 * largest(given[t])) {
            return List.of(new Cause(
                    Kind.MISSING_TERM, parts + " does not belong there, or a term that cancels it is missing"));
        }
        double factor = factor(given[t], right[t]);
        if (close(given[t], right[t], factor)) {
            return FactorRules.explain(parts, factor, evidence);
        }
        return List.of(new Cause(Kind.MISSING_TERM, parts + " is wrong: a term or a factor of it is missing"));
    }

    private static boolean close(double[] given, double[] right, double factor) {
        double allowed = 1e-4 * Math.max(largest(given), largest(right));
        for (int s = 0; s < given.length; s++) {
            if (Math.abs(given[s] - factor * right[s]) > allowed) {
                return false;
            }
        }
        return true;
    }

    private static double factor(double[] given, double[] right) {
        double product = 0;
        double square = 0;
        for (int s = 0; s < given.length; s++) {
            product += given[s] * right[s];
            square += right[s] * right[s];
        }
        return product / square;
    }

    private static double largest(double[] values) {
        double largest = 0;
        for (double value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    /** The difference is the same along a whole dimension, as the gradient of a mean or a maximum is. */
    static List<Cause> constantAlongADimension(Evidence evidence) {
        var difference = evidence.difference();
        int rank = difference.shape().rank();
        return IntStream.range(0, rank)
                .filter(d -> rank > 1 && ShapeRules.isConstant(evidence, difference, d))
                .mapToObj(d -> new Cause(
                        Kind.MISSING_TERM,
                        "it differs from the right gradient by the same along dimension " + d
                                + ": a term that is repeated along it, such as the one through a mean, is missing"
                                + " or wrong"))
                .toList();
    }

    /**
     * Each slice is right except for a factor of its own, as when a gain is left out; of several ways to slice, the one
     * that leaves the fewest factors open.
     */
    static List<Cause> factorOfEachSlice(Evidence evidence) {
        return evidence.isRecorded()
                ? List.of()
                : dimensionsOfFactors(evidence).stream()
                        .map(dimension -> new Cause(
                                Kind.MISSING_TERM,
                                "along " + dimension
                                        + " it is right but for a factor that is another for each slice: one that is"
                                        + " broadcast, such as a gain or a deviation, is missing or there twice"))
                        .toList();
    }

    /** Along what it is right but for a factor of each slice. */
    static List<String> dimensionsOfFactors(Evidence evidence) {
        var fits = slices(evidence.x().shape()).stream()
                .filter(way -> way.size > 2 && way.count() > 1 && isRightButForFactors(evidence, way))
                .toList();
        int fewest = fits.stream().mapToInt(Slices::count).min().orElse(0);
        return fits.stream()
                .filter(way -> way.count() == fewest)
                .map(Slices::dimension)
                .toList();
    }

    private static boolean isRightButForFactors(Evidence evidence, Slices way) {
        return IntStream.range(0, way.count())
                .allMatch(s -> LeastSquares.solve(
                                new double[][] {way.slice(evidence.expected(), s)},
                                way.slice(evidence.gradient(), s),
                                evidence.closeness())
                        != null);
    }
}
