package handgrad.app.study.transforms;

import static handgrad.app.study.transforms.TransformsTables.digits;
import static handgrad.app.study.transforms.TransformsTables.steps;

import handgrad.app.report.NumberText;
import handgrad.app.study.Findings;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The findings of the study of transforms, each from the numbers beside it. */
final class TransformsFindings {
    /** Differences of the same number computed twice. */
    private static final double ROUNDING = 1e-6;

    private final Transforms study;
    private final Findings findings = new Findings();

    private TransformsFindings(Transforms study) {
        this.study = study;
    }

    static Findings of(Transforms study) {
        var all = new TransformsFindings(study);
        all.prediction();
        all.scale();
        all.shape();
        all.exponents();
        all.correlation();
        all.batchNorm();
        all.hidden();
        study.leftOut()
                .forEach((transform, reason) -> all.findings.add("%s is left out: it %s.", transform.title(), reason));
        return all.findings;
    }

    private Optional<TransformRow> row(Transform transform) {
        return study.rows().stream().filter(row -> row.transform() == transform).findFirst();
    }

    private void prediction() {
        var arrived = study.rows().stream().filter(TransformRow::arrived).toList();
        // A count of steps is whole: one more or less is no difference.
        double worst =
                largest(row -> Math.max(0, Math.abs(row.number("steps found") - row.number("steps predicted")) - 1)
                        / row.number("steps predicted"));
        double worstStep = largest(row -> Math.abs(row.number("step found") / row.number("step predicted") - 1));
        findings.judge(
                worst <= 0.05 && worstStep <= 1e-3,
                "The eigenvalues predict gradient descent: in the %d rows that arrived the steps found differ"
                        + " from those"
                        + " predicted by %s, and the largest stable step size from 2/λmax by %s.",
                arrived.size(),
                percent(worst),
                percent(worstStep));
        if (arrived.size() < study.rows().size()) {
            findings.add(
                    "%d rows were given up after %s steps; what is predicted for them is in the table.",
                    study.rows().size() - arrived.size(), NumberText.count(study.limit()));
        }
    }

    private static String percent(double share) {
        return share < 1e-5 ? "0.001 % or less" : String.format(Locale.ROOT, "up to %.3f %%", 100 * share);
    }

    private double largest(ToDoubleFunction<TransformRow> number) {
        return study.rows().stream()
                .filter(TransformRow::arrived)
                .mapToDouble(number)
                .max()
                .orElse(0);
    }

    private void scale() {
        var raw = row(Transform.RAW).orElse(null);
        var standardised = row(Transform.STANDARDISED).orElse(null);
        if (raw == null || standardised == null) {
            return;
        }
        findings.judge(
                standardised.number("condition") <= raw.number("condition"),
                "Standardising takes κ from %s to %s and the predicted steps from %s to %s.",
                digits(raw.number("condition")),
                digits(standardised.number("condition")),
                NumberText.count((long) raw.number("steps predicted")),
                NumberText.count((long) standardised.number("steps predicted")));
        double change = 0;
        for (var name : new String[] {"r2", "leverage", "residual skew"}) {
            for (var transform :
                    new Transform[] {Transform.CENTRED, Transform.STANDARDISED, Transform.WHITENED, Transform.BATCH_NORM
                    }) {
                change = Math.max(
                        change,
                        row(transform)
                                .map(row -> Math.abs(row.number(name) - raw.number(name)))
                                .orElse(0.0));
            }
        }
        findings.judge(
                change < ROUNDING,
                "Standardising makes the same model easier to find, and no better one: R², leverage and"
                        + " residual skew of the rows raw,"
                        + " centred, standardised, whitened and BatchNorm differ by %.0e at most. What"
                        + " BatchNorm does to"
                        + " its input is of this kind: it fixes place and scale, not skew, leverage or curvature.",
                change);
    }

    private void shape() {
        var raw = row(Transform.RAW).orElse(null);
        var best = study.rows().stream()
                .max(Comparator.comparingDouble(row -> row.number("r2")))
                .orElseThrow();
        if (raw == null || best.number("r2") - raw.number("r2") < ROUNDING) {
            findings.add("No transform here predicts the test rows better than the raw features do.");
            return;
        }
        findings.add(
                "A change of shape changes the model: with %s R² on the test rows is %s, raw %s; the largest"
                        + " skew of a feature"
                        + " goes from %s to %s, the largest leverage of a row from %s to %s, the skew of the residuals"
                        + " from %s to %s.",
                best.title(),
                NumberText.fixed(4, best.number("r2")),
                NumberText.fixed(4, raw.number("r2")),
                NumberText.fixed(2, raw.skew()),
                NumberText.fixed(2, best.skew()),
                NumberText.fixed(4, raw.number("leverage")),
                NumberText.fixed(4, best.number("leverage")),
                NumberText.fixed(2, raw.number("residual skew")),
                NumberText.fixed(2, best.number("residual skew")));
        row(Transform.LOG)
                .ifPresent(log -> row(Transform.LOG_STANDARDISED)
                        .ifPresent(both -> findings.add(
                                "The two are separate: the logarithm alone has κ = %s, standardised after it κ"
                                        + " = %s, with the same"
                                        + " R² of %s.",
                                digits(log.number("condition")),
                                digits(both.number("condition")),
                                NumberText.fixed(4, both.number("r2")))));
    }

    private void exponents() {
        for (var transform : new Transform[] {Transform.BOX_COX, Transform.YEO_JOHNSON}) {
            row(transform).ifPresent(row -> {
                double[] exponents = row.numbers().list("exponent");
                var names = study.data().features();
                boolean atEnd = IntStream.range(0, exponents.length)
                        .anyMatch(j -> Math.abs(exponents[j]) > Power.LARGEST_EXPONENT - 1e-3);
                findings.add(
                        "%s found the exponents %s by greatest likelihood on the training rows; 0 is the"
                                + " logarithm, 1 no"
                                + " change of shape.%s",
                        transform.title(),
                        IntStream.range(0, exponents.length)
                                .mapToObj(j -> NumberText.fixed(3, exponents[j]) + " for " + names.get(j))
                                .collect(Collectors.joining(", ")),
                        atEnd
                                ? (" One is at the end of the range that is searched, %.0f to %.0f: no power"
                                                + " makes that feature normal.")
                                        .formatted(-Power.LARGEST_EXPONENT, Power.LARGEST_EXPONENT)
                                : "");
            });
        }
    }

    private void correlation() {
        var standardised = row(Transform.STANDARDISED).orElse(null);
        var whitened = row(Transform.WHITENED).orElse(null);
        if (standardised == null || whitened == null || study.data().features().size() < 2) {
            return;
        }
        var theory = study.data().features().size() == 2
                ? "; (1 + |ρ|) / (1 − |ρ|) with their correlation ρ = %s is %s"
                        .formatted(
                                NumberText.fixed(
                                        4,
                                        FeatureMoments.correlation(
                                                study.train().columns()[0],
                                                study.train().columns()[1])),
                                digits(ClosedForm.correlated(FeatureMoments.correlation(
                                        study.train().columns()[0],
                                        study.train().columns()[1]))))
                : "";
        findings.judge(
                whitened.number("condition") <= standardised.number("condition"),
                "Correlation is what standardising and BatchNorm leave: κ = %s%s. Whitening takes it away: κ = %s.",
                digits(standardised.number("condition")),
                theory,
                digits(whitened.number("condition")));
    }

    private void batchNorm() {
        var standardised = row(Transform.STANDARDISED).orElse(null);
        var norm = row(Transform.BATCH_NORM).orElse(null);
        if (standardised == null || norm == null) {
            return;
        }
        findings.add(
                "BatchNorm in the model, with gain 1 and bias 0 held, has κ = %s, standardised features %s: it"
                        + " is the same but"
                        + " for the ε of 10⁻⁵ that it adds to each variance. With gain and bias trained too, the loss"
                        + " is no longer quadratic: the largest stable step size is %s, not %s, and with half"
                        + " of that the"
                        + " error is a millionth after %s steps.",
                digits(norm.number("condition")),
                digits(standardised.number("condition")),
                NumberText.digits(study.trained().number("step found")),
                NumberText.digits(norm.number("step found")),
                study.trained().number("steps found") < 0
                        ? "more than 100,000"
                        : steps(study.trained().number("steps found"), study));
    }

    private void hidden() {
        var last = study.hidden().getLast();
        double[] before = last.numbers().list("before");
        double[] after = last.numbers().list("after");
        findings.judge(
                after[0] < before[0],
                "Inside a network, after %s steps of mlp-bn, BatchNorm takes the largest eigenvalue of hᵀh/n"
                        + " from %s to %s,"
                        + " so that a linear layer on it would be stable at %s times the step size; κ within"
                        + " the dimensions"
                        + " that h fills goes from %s to %s.",
                NumberText.count(last.steps()),
                digits(before[0]),
                digits(after[0]),
                NumberText.fixed(1, before[0] / after[0]),
                digits(HiddenLayer.condition(before)),
                digits(HiddenLayer.condition(after)));
    }
}
