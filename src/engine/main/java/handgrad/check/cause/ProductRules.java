package handgrad.check.cause;

import handgrad.check.difference.Tensors;
import handgrad.check.result.Cause;
import handgrad.check.result.Cause.Kind;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Mistakes that show as a product of the output's gradient with another tensor. */
final class ProductRules {
    private ProductRules() {}

    /** dX = dOut · W where dOut · Wᵀ is right: the shapes fit by chance. */
    static List<Cause> transposedFactor(Evidence evidence) {
        var products = matrixProducts(evidence);
        var given = multiples(evidence, evidence.gradient(), products);
        var right = multiples(evidence, evidence.expected(), products);
        return given.isEmpty() || right.isEmpty()
                ? List.of()
                : List.of(new Cause(
                        Kind.TRANSPOSED,
                        "it is made of " + String.join(" or ", given) + " where " + String.join(" or ", right)
                                + " is right"));
    }

    /** The products that a tensor is a multiple of. */
    private static List<String> multiples(Evidence evidence, Tensor tensor, Map<String, Tensor> products) {
        return products.entrySet().stream()
                .filter(product -> isMultiple(evidence, tensor, product.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }

    private static boolean isMultiple(Evidence evidence, Tensor tensor, Tensor term) {
        double factor = FactorRules.dot(tensor, term) / FactorRules.dot(term, term);
        return Double.isFinite(factor) && evidence.equal(tensor, term.mul(factor));
    }

    /** A factor of every element is missing, or there once too often: x, an output or another tensor. */
    static List<Cause> missingFactor(Evidence evidence) {
        var factors = new LinkedHashMap<>(evidence.floating());
        factors.put(evidence.name(), evidence.x());
        evidence.uses().forEach(use -> factors.put(use.name(), use.output()));
        factors.values()
                .removeIf(factor ->
                        !Tensors.broadcasts(factor.shape(), evidence.x().shape()));
        var causes = new ArrayList<Cause>();
        for (var factor : factors.entrySet()) {
            if (evidence.equal(evidence.gradient().mul(factor.getValue()), evidence.expected())) {
                causes.add(
                        new Cause(Kind.MISSING_TERM, "the factor " + factor.getKey() + " is missing: multiply by it"));
            }
            if (evidence.equal(evidence.gradient(), evidence.expected().mul(factor.getValue()))) {
                causes.add(new Cause(
                        Kind.MISSING_TERM, "the factor " + factor.getKey() + " is there once too often: divide by it"));
            }
        }
        return causes;
    }

    /** The chain rule ends too early: the gradient is one of the products that it is made of. */
    static List<Cause> onlyAProduct(Evidence evidence) {
        return products(evidence).entrySet().stream()
                .filter(product -> evidence.equal(evidence.gradient(), product.getValue()))
                .map(product -> new Cause(
                        Kind.MISSING_TERM,
                        "it is " + product.getKey()
                                + " and no more: a factor of the chain rule or another term is missing"))
                .toList();
    }

    /** The difference to the right gradient is a product, or of more than two numbers a multiple of one. */
    static List<Cause> missingProduct(Evidence evidence) {
        var difference = evidence.difference();
        var causes = new ArrayList<Cause>();
        products(evidence).forEach((name, term) -> {
            double factor = FactorRules.dot(difference, term) / FactorRules.dot(term, term);
            boolean missing = FactorRules.isClose(factor, -1);
            boolean twice = FactorRules.isClose(factor, 1);
            if (isMultiple(evidence, difference, term)
                    && (missing || twice || term.shape().elements() > 2)) {
                causes.add(new Cause(
                        Kind.MISSING_TERM,
                        "the term " + name
                                + (missing
                                        ? " is missing: add it"
                                        : twice ? " is there once too often" : " has a wrong factor or is missing")));
            }
        });
        return causes;
    }

    private static Map<String, Tensor> products(Evidence evidence) {
        var products = elementwiseProducts(evidence);
        products.putAll(matrixProducts(evidence));
        return products;
    }

    /** dOut times each tensor, summed over what x is broadcast along. */
    private static Map<String, Tensor> elementwiseProducts(Evidence evidence) {
        var products = new LinkedHashMap<String, Tensor>();
        for (var use : evidence.uses()) {
            var factors = new LinkedHashMap<String, Tensor>();
            factors.put("", Tensor.ones().to(use.dOut().dtype()));
            factors.put(" ∘ " + use.name(), use.output());
            factors.put(" ∘ " + evidence.name(), evidence.x());
            evidence.floating().forEach((name, other) -> factors.put(" ∘ " + name, other));
            factors.forEach((name, factor) -> {
                if (Tensors.broadcasts(factor.shape(), use.dOut().shape())) {
                    var product = Tensors.sumTo(evidence.x().shape(), use.dOut().mul(factor));
                    if (product != null) {
                        products.put(use.gradientName() + name, product);
                    }
                }
            });
        }
        return products;
    }

    /** The products of dOut with each matrix, in every order and transposition that gives the shape of x. */
    private static Map<String, Tensor> matrixProducts(Evidence evidence) {
        var products = new LinkedHashMap<String, Tensor>();
        for (var use : evidence.uses()) {
            evidence.floating().forEach((name, other) -> {
                if (use.dOut().shape().rank() == 2 && other.shape().rank() == 2) {
                    addProducts(use.gradientName(), use.dOut(), name, other, evidence, products);
                    addProducts(name, other, use.gradientName(), use.dOut(), evidence, products);
                }
            });
        }
        return products;
    }

    private static void addProducts(
            String nameOfA, Tensor a, String nameOfB, Tensor b, Evidence evidence, Map<String, Tensor> products) {
        var wanted = evidence.x().shape();
        for (boolean transposeA : new boolean[] {false, true}) {
            for (boolean transposeB : new boolean[] {false, true}) {
                var left = transposeA ? a.t() : a;
                var right = transposeB ? b.t() : b;
                if (left.size(1) == right.size(0) && wanted.equals(left.shape().with(1, right.size(1)))) {
                    products.put(
                            nameOfA + (transposeA ? "ᵀ" : "") + " · " + nameOfB + (transposeB ? "ᵀ" : ""),
                            left.matmul(right));
                }
            }
        }
    }
}
