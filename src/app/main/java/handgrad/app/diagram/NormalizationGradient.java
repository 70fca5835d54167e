package handgrad.app.diagram;

import handgrad.check.pass.PassGraph.Value;
import handgrad.tensor.Shape;

/** The gradient of a normalisation, as text. */
final class NormalizationGradient {
    private NormalizationGradient() {}

    /** n/(n−1) in front of the last sum if the variance was divided by n − 1. */
    static String correction(Value value, int count, String n) {
        boolean unbiased = value.arguments().get(1) == count - 1;
        return !unbiased ? "" : n.equals("n") ? "n/(n−1) " : count + "/" + (count - 1) + " ";
    }

    /** Ioffe and Szegedy 2015, section 3, with the divisor of the variance as it was: the table's row of exercise 3. */
    static String of(String normalized, String sum, String n, String correction, String d) {
        return "inv/%1$s∘(%1$s %5$s − %2$s %5$s − %3$s%4$s∘%2$s (%5$s∘%4$s))"
                .formatted(n, sum, correction, normalized, d);
    }

    /** The sum over all dimensions but the last. */
    static String rows(Shape shape) {
        var dimensions = new StringBuilder("Σ0");
        for (int d = 1; d < shape.rank() - 1; d++) {
            dimensions.append(',').append(d);
        }
        return dimensions.toString();
    }
}
