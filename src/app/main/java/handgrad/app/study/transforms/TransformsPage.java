package handgrad.app.study.transforms;

import handgrad.app.report.NumberText;
import handgrad.app.study.Findings;
import handgrad.page.Block;
import handgrad.page.Block.Bar;
import handgrad.page.Block.Chart;
import handgrad.page.Block.Frame;
import handgrad.page.Block.Landscape;
import handgrad.page.Block.LogBars;
import handgrad.page.Block.Range;
import handgrad.page.Block.Sentence;
import handgrad.page.Block.Series;
import handgrad.page.Block.Style;
import handgrad.page.Page;
import handgrad.page.Page.Section;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The page of the study of transforms. */
final class TransformsPage {
    /** The transforms that change the shape of a distribution, the plainest last: it is the one a chart shows first. */
    private static final List<Transform> SHAPES =
            List.of(Transform.WHITENED, Transform.YEO_JOHNSON, Transform.BOX_COX, Transform.LOG);

    /** Bands of the landscape from the bottom to the loss of the start. */
    private static final int BANDS = 8;

    private final Transforms study;
    private final Valley raw;
    private final Valley standardised;

    private TransformsPage(Transforms study) {
        this.study = study;
        raw = Valley.of(Transform.RAW, study.train());
        standardised = Valley.of(Transform.STANDARDISED, study.train());
    }

    static Page of(Transforms study, Findings findings) {
        var page = new TransformsPage(study);
        var data = study.data();
        return new Page(
                "Transforms before a linear model",
                "%s; %s rows to train on, %s to test on; features %s"
                        .formatted(
                                data.title(),
                                NumberText.count(study.train().rows()),
                                NumberText.count(data.rows() - study.train().rows()),
                                String.join(", ", data.features())),
                false,
                List.of(
                        new Section("Findings", findings.blocks()),
                        page.fit(),
                        page.descent(),
                        page.theory(),
                        page.hidden()));
    }

    private Section fit() {
        var blocks = new ArrayList<Block>();
        blocks.add(TransformsTables.fit(study).block("How well a linear model fits"));
        blocks.add(Sentence.plain(
                "Skew is Σ(x − mean)³/n over the third power of the deviation, of the feature where it is"
                        + " largest. The leverage of a row is how much its own target moves its own prediction,"
                        + " from 0 to 1."
                        + " Whitening mixes the features, so it mixes their shapes. Centring, standardising and"
                        + " BatchNorm leave a"
                        + " shape as it is; the slider shows the others, each bin a quarter of a deviation,"
                        + " what lies beyond"
                        + " counted in the last."));
        histograms().ifPresent(blocks::add);
        return new Section("Shape", blocks);
    }

    private Optional<Block> histograms() {
        var frames = SHAPES.stream()
                .flatMap(shape -> study.rows().stream().filter(row -> row.transform() == shape))
                .map(row -> {
                    double[] after = row.numbers().list("histogram after");
                    double[] x = IntStream.range(0, after.length)
                            .mapToDouble(i -> Measurement.HISTOGRAM + Measurement.BIN * (i + 0.5))
                            .toArray();
                    return new Frame(
                            row.title(),
                            List.of(
                                    new Series("after", Style.BARS, x, after),
                                    new Series(
                                            "before",
                                            Style.REFERENCE,
                                            x,
                                            row.numbers().list("histogram before"))));
                })
                .toList();
        return frames.isEmpty()
                ? Optional.empty()
                : Optional.of(new Chart(
                        "Distribution of " + feature() + " before and after",
                        "The share of the training rows in each bin, before and after a transform, both standardised;"
                                + " what lies beyond is in the last bin.",
                        "deviations from the mean",
                        "share of rows",
                        frames));
    }

    private Section descent() {
        return new Section(
                "Gradient descent",
                List.of(
                        TransformsTables.descent(study).block("How hard the weights are to find"),
                        Sentence.plain("κ = λmax/λmin of H = XᵀX/n, with a column of ones in X. At the best step size,"
                                + " 2/(λmax + λmin), the error shrinks by (κ − 1)/(κ + 1) per step,"
                                + " which predicts the"
                                + " steps to a millionth. They are found by training: a Linear layer"
                                + " with its backward"
                                + " pass and Sgd in float64, all rows at every step, from the worst"
                                + " start, an error along"
                                + " the directions of λmax and λmin alike; and from weights of zero."
                                + " The error is that of"
                                + " the predictions, ‖X(w − w*)‖, over its start. The rows are first"
                                + " rotated into as"
                                + " many as there are weights, X = UΣVᵀ: the gradients, and so the"
                                + " steps, stay the same."),
                        Sentence.plain(
                                "The largest stable step size is found by bisection: the largest at which the loss"
                                        + " has not grown after 10,000 steps."),
                        Sentence.plain("BatchNorm in the model: the numbers of its row are of the linear layer behind a"
                                + " BatchNorm1d with gain 1 and bias 0 held, the whole training set as the"
                                + " batch. So it is"
                                + " linear in its weights, and its numbers compare with the others. What changes when"
                                + " gain and bias are trained is in the findings."),
                        conditions(),
                        curves(),
                        valleys(),
                        valley(raw),
                        valley(standardised)));
    }

    private Sentence valleys() {
        return Sentence.plain(
                ("The loss of a model on %s alone, and gradient descent on it from weights of zero at the best"
                                + " step size. Raw, the"
                                + " error after %s is %s of that at the start; standardised, after %s, %s. Each"
                                + " picture is"
                                + " stretched to fit: a valley is narrower than it looks.")
                        .formatted(
                                feature(),
                                steps(raw),
                                NumberText.digits(raw.error()),
                                steps(standardised),
                                NumberText.digits(standardised.error())));
    }

    private static String steps(Valley valley) {
        int steps = valley.weights().length - 1;
        return NumberText.count(steps) + (steps == 1 ? " step" : " steps");
    }

    private String feature() {
        return study.data().features().get(Measurement.mostSkewed(study.train().columns()));
    }

    private Block conditions() {
        return new LogBars(
                "Condition number κ, logarithmic",
                "A bar for each transform.",
                study.rows().stream()
                        .map(row -> new Bar(
                                row.title(), row.number("condition"), TransformsTables.digits(row.number("condition"))))
                        .toList());
    }

    private Block curves() {
        return Chart.of(
                "Error from weights of zero",
                "The error of the predictions over the steps of gradient descent, a curve for each transform.",
                "log₁₀ (1 + steps)",
                "log₁₀ error",
                study.rows().stream()
                        .map(row -> new Series(
                                row.title(),
                                Style.LINE,
                                Arrays.stream(row.numbers().list("curve steps"))
                                        .map(step -> Math.log10(1 + step))
                                        .toArray(),
                                Arrays.stream(row.numbers().list("curve errors"))
                                        .map(error -> Math.max(-6, Math.log10(error)))
                                        .toArray()))
                        .toList());
    }

    private Block valley(Valley valley) {
        var feature = feature();
        return new Landscape(
                "Loss and path, " + feature + " " + valley.transform().title(),
                "Bands of the loss over the constant and the weight of a model on " + feature
                        + " alone, and the first steps of gradient descent from weights of zero at the best step size.",
                "constant",
                "weight of " + feature,
                new Range(valley.constant() - valley.constantReach(), valley.constant() + valley.constantReach()),
                new Range(valley.weight() - valley.weightReach(), valley.weight() + valley.weightReach()),
                Valley.SIZE,
                Arrays.stream(valley.heights()).map(height -> BANDS * height).toArray(),
                List.of(new Block.Path(steps(valley), valley.constants(), valley.weights())));
    }

    private Section theory() {
        return new Section(
                "Closed forms",
                List.of(
                        TransformsTables.closedForms(study).block("Theory beside what is found"),
                        Sentence.plain(
                                "Of a constant and one feature with mean m and variance s², λ± = ½(T ± √(T² − 4s²))"
                                        + " with T = 1 + m² + s². κ is found from the singular values of data"
                                        + " with exactly this"
                                        + " mean and variance, and the steps by gradient descent on it.")));
    }

    private Section hidden() {
        var last = study.hidden().getLast();
        return new Section(
                "BatchNorm inside a network",
                List.of(
                        TransformsTables.hidden(study).block("Activations h of the hidden layer: eigenvalues of hᵀh/n"),
                        Sentence.plain(
                                "The network of makemore part 3, trained with the lecture's batches, in float64 on"
                                        + " rows of training. Its 200 units are a linear function of 30"
                                        + " numbers, so before tanh h"
                                        + " fills 30 dimensions, and one more where the bias of BatchNorm has"
                                        + " moved; κ is within"
                                        + " these. Tanh makes it fill all, the new ones thinly."),
                        Chart.of(
                                "Eigenvalues after " + NumberText.count(last.steps()) + " steps",
                                "The eigenvalues of hᵀh/n in falling order, before and after BatchNorm.",
                                "number",
                                "log₁₀ λ",
                                Stream.of("before", "after")
                                        .map(place ->
                                                spectrum(place, last.numbers().list(place)))
                                        .toList())));
    }

    private static Series spectrum(String place, double[] eigenvalues) {
        int rank = HiddenLayer.rank(eigenvalues);
        return new Series(
                place + " BatchNorm",
                Style.LINE,
                IntStream.rangeClosed(1, rank).asDoubleStream().toArray(),
                DoubleStream.of(eigenvalues).limit(rank).map(Math::log10).toArray());
    }
}
