package handgrad.app.exercise;

import handgrad.check.result.Cause;
import handgrad.check.result.Comparison;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.util.Locale;
import java.util.Map;

/**
 * Compares what is no gradient, such as the step of an optimiser, with the solution's. Central differences say nothing
 * of it; the solution tells what usual mistakes make of it.
 *
 * @param name of the blank
 * @param expected the solution's
 * @param mistakes wrong ones, by the sentence that names the mistake
 */
record StepComparison(String name, Tensor expected, Map<String, Tensor> mistakes) {
    /** How far it may be from the solution's, relative to the largest element. */
    private static final double CLOSE = 1e-9;

    Comparison of(Tensor gradient) {
        var given = gradient.to(DType.FLOAT64);
        if (!given.shape().equals(expected.shape())) {
            var sentence = "its shape is %s, it should be %s".formatted(given.shape(), expected.shape());
            return wrong(Double.POSITIVE_INFINITY, new Cause(Cause.Kind.WRONG_SHAPE, sentence));
        }
        double maxdiff = distance(given, expected);
        return maxdiff <= CLOSE * largest(expected)
                ? new Comparison(name, maxdiff == 0, true, maxdiff, null)
                : wrong(maxdiff, cause(given));
    }

    private Comparison wrong(double maxdiff, Cause cause) {
        return new Comparison(name, false, false, maxdiff, cause);
    }

    private Cause cause(Tensor given) {
        var found = mistakes.entrySet().stream()
                .filter(each -> each.getValue().shape().equals(given.shape()))
                .filter(each -> distance(given, each.getValue()) <= CLOSE * largest(each.getValue()))
                .map(each -> new Cause(Cause.Kind.UNKNOWN, each.getKey()))
                .toList();
        if (!found.isEmpty()) {
            return new Cause(Cause.Kind.UNKNOWN, found.getFirst().sentence(), found.subList(1, found.size()));
        }
        double ratio = given.getFlat(0) / expected.getFlat(0);
        if (distance(given, expected.mul(ratio)) <= CLOSE * largest(given)) {
            return new Cause(
                    ratio == -1 ? Cause.Kind.SIGN : Cause.Kind.CONSTANT_FACTOR,
                    ratio == -1
                            ? "it has the wrong sign"
                            : String.format(
                                    Locale.ROOT,
                                    "it is right but for a factor: it is %.6g times the right one",
                                    ratio));
        }
        return new Cause(
                Cause.Kind.UNKNOWN,
                "no usual mistake explains it: compare its formula with the text above, part by part");
    }

    /** The largest difference; infinite where one is no number. */
    private static double distance(Tensor a, Tensor b) {
        double largest = 0;
        for (int i = 0; i < a.shape().elements(); i++) {
            double difference = Math.abs(a.getFlat(i) - b.getFlat(i));
            largest = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(largest, difference);
        }
        return largest;
    }

    private static double largest(Tensor tensor) {
        double largest = 0;
        for (int i = 0; i < tensor.shape().elements(); i++) {
            largest = Math.max(largest, Math.abs(tensor.getFlat(i)));
        }
        return largest;
    }
}
