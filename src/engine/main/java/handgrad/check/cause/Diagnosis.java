package handgrad.check.cause;

import handgrad.check.difference.CentralDifferences;
import handgrad.check.difference.Coverage;
import handgrad.check.result.Cause;
import handgrad.check.result.Cause.Kind;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the likely cause of a wrong gradient by trying usual mistakes, one rule after another: the first that explains
 * all numbers wins. Rules that cannot be wrong come first, the vaguer ones last.
 */
public final class Diagnosis {
    /** A kind of mistake. */
    @FunctionalInterface
    interface Rule {
        /** The cause if this mistake explains the gradient, otherwise null. */
        @Nullable
        Cause explain(Evidence evidence);
    }

    private static final List<Rule> RULES = List.of(
            ShapeRules::wrongShape,
            ElementRules::notFinite,
            ElementRules::stale,
            ElementRules::zero,
            UseRules::forgottenUse,
            FactorRules::constantFactor,
            UseRules::partOfTheSum,
            ShapeRules::wrongAxisOfConstant,
            UseRules::sumOverTheWrongAxis,
            ShapeRules::transposed,
            ProductRules::transposedFactor,
            ElementRules::oneElement,
            TermRules::factorOfEachSlice,
            TermRules::wrongTerm,
            ProductRules::missingFactor,
            ProductRules::missingProduct,
            ProductRules::onlyAProduct,
            TermRules::constantAlongADimension,
            ElementRules::oneElementInEachRow);

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
        for (var rule : RULES) {
            var cause = rule.explain(evidence);
            if (cause != null) {
                return cause;
            }
        }
        return new Cause(
                Kind.UNKNOWN, "no usual mistake explains it: compare the formula with the forward pass step by step");
    }
}
