package handgrad.check.cause;

import handgrad.check.difference.CentralDifferences;
import handgrad.check.difference.Coverage;
import handgrad.check.result.Cause;
import handgrad.check.result.Cause.Kind;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.List;

/**
 * Finds the likely cause of a wrong gradient by trying usual mistakes. The rules stand in ranks: those that cannot be
 * wrong come first, then those that leave no number open, and the vaguer ones last. A mistake of a later rank is looked
 * for only where none of an earlier one explains all numbers; what explains them in one rank is told together, because
 * the numbers do not tell it apart.
 */
public final class Diagnosis {
    /** A kind of mistake. */
    @FunctionalInterface
    interface Rule {
        /** The ways in which this mistake explains the gradient; none where it does not. */
        List<Cause> explain(Evidence evidence);
    }

    private static final List<List<Rule>> RULES = List.of(
            // What is seen, whatever made it so.
            List.of(ShapeRules::wrongShape),
            List.of(ElementRules::notFinite),
            List.of(ElementRules::stale),
            List.of(ElementRules::zero),
            // The forward pass is known, and so is the mistake.
            List.of(evidence -> evidence.fromGraph().get()),
            // The mistake gives exactly these numbers.
            List.of(
                    UseRules::forgottenUse,
                    FactorRules::knownFactor,
                    UseRules::partOfTheSum,
                    ShapeRules::wrongAxisOfConstant,
                    UseRules::sumOverTheWrongAxis,
                    ShapeRules::transposed,
                    ElementRules::absolute,
                    ElementRules::clipped,
                    ProductRules::missingFactor),
            // A number that the mistake leaves open is found in the gradient.
            List.of(FactorRules::constantFactor),
            List.of(Places::zeroInPart),
            List.of(ProductRules::transposedFactor, ElementRules::oneElement),
            List.of(TermRules::factorOfEachSlice),
            List.of(TermRules::wrongTerm),
            // What can be said of the difference alone.
            List.of(ProductRules::missingProduct, ProductRules::onlyAProduct),
            List.of(FactorRules::ratio, TermRules::constantAlongADimension, ElementRules::oneElementInEachRow));

    /** More causes than this help nobody. */
    private static final int MOST_CAUSES = 4;

    /** Of a tensor with more elements only samples are looked at, because all the differences would take too long. */
    public static final int LARGEST = 20_000;

    private Diagnosis() {}

    /** The cause as far as a few elements tell. */
    public static Cause ofSamples(String name, Tensor gradient, CentralDifferences differences, Coverage sampling) {
        var shape = differences.x().shape();
        if (!gradient.shape().equals(shape)) {
            return of(Evidence.without(name, gradient, Tensor.zeros(DType.FLOAT64, shape)));
        }
        int[] elements = sampling.elementsOf(shape);
        var given = Tensor.zeros(DType.FLOAT64, Shape.of(elements.length));
        var expected = Tensor.zeros(DType.FLOAT64, Shape.of(elements.length));
        for (int i = 0; i < elements.length; i++) {
            given.setFlat(i, gradient.getFlat(elements[i]));
            expected.setFlat(i, differences.of(elements[i]).value());
        }
        return of(Evidence.without(name, given, expected));
    }

    public static Cause of(Evidence evidence) {
        if (evidence.gradient().shape().equals(evidence.expected().shape())
                && evidence.equal(evidence.gradient(), evidence.expected())) {
            var small = ElementRules.small(evidence);
            return small != null
                    ? small
                    : new Cause(
                            Kind.UNKNOWN,
                            "it is right for all outputs together and wrong for one of them alone: backward must be"
                                    + " linear in dOut");
        }
        for (var rank : RULES) {
            var causes = rank.stream()
                    .flatMap(rule -> rule.explain(evidence).stream())
                    .distinct()
                    .limit(MOST_CAUSES)
                    .toList();
            var cause = Cause.of(causes);
            if (cause != null) {
                return cause;
            }
        }
        return new Cause(
                Kind.UNKNOWN,
                "no usual mistake explains it" + Places.of(evidence)
                        + ": compare the formula with the forward pass step by step");
    }
}
