package handgrad.app.study.transforms;

import handgrad.app.study.Experiment;
import handgrad.app.study.Numbers;
import java.util.HashMap;
import java.util.Map;

/** A row of the study of transforms: a {@link Measurement} that comes from the folder of the study. */
record TransformRow(Transform transform, Numbers numbers) {
    /**
     * The measurement of one row.
     *
     * @param common what all measurements of this data depend on
     */
    static Experiment experiment(
            Transform transform, Observations.Split split, long limit, Map<String, String> common) {
        var options = new HashMap<>(common);
        options.put("transform", transform.title());
        return new Experiment(options, () -> numbers(Measurement.of(transform, split, limit)));
    }

    private static Numbers numbers(Measurement row) {
        return new Numbers()
                .put("skew", row.skews())
                .put("exponent", row.exponents())
                .put("eigenvalue", row.eigenvalues())
                .put("condition", row.condition())
                .put("step predicted", row.largestStep())
                .put("step found", row.largestStepFound())
                .put("steps predicted", (double) row.predictedSteps())
                .put("steps found", (double) row.steps())
                .put("steps from zero", (double) row.stepsFromZero())
                .put("r2", row.r2())
                .put("leverage", row.largestLeverage())
                .put("residual skew", row.residualSkew())
                .put(
                        "curve steps",
                        row.curve().stream()
                                .mapToDouble(Measurement.Point::step)
                                .toArray())
                .put(
                        "curve errors",
                        row.curve().stream()
                                .mapToDouble(Measurement.Point::error)
                                .toArray())
                .put("histogram before", row.before())
                .put("histogram after", row.after());
    }

    String title() {
        return transform.title();
    }

    double number(String name) {
        return numbers.number(name);
    }

    /** The skew of the feature that is most skewed. */
    double skew() {
        double most = 0;
        for (double skew : numbers.list("skew")) {
            most = Math.abs(skew) > Math.abs(most) ? skew : most;
        }
        return most;
    }

    double largestEigenvalue() {
        return numbers.list("eigenvalue")[0];
    }

    /** Whether gradient descent was not given up at its limit. */
    boolean arrived() {
        return number("steps found") > 0;
    }
}
