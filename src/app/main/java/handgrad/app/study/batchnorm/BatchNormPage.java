package handgrad.app.study.batchnorm;

import handgrad.app.report.NumberText;
import handgrad.app.study.Table;
import handgrad.page.Block;
import handgrad.page.Block.Axis;
import handgrad.page.Block.Chart;
import handgrad.page.Block.Frame;
import handgrad.page.Block.Sentence;
import handgrad.page.Block.Series;
import handgrad.page.Block.Style;
import handgrad.page.Page;
import handgrad.page.Page.Section;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The page of the study of batch normalisation. */
final class BatchNormPage {
    private static final List<Variant> COMPARED = List.of(Variant.STANDARD, Variant.BATCH_NORM, Variant.NOISY);

    private final BatchNormRuns runs;

    private BatchNormPage(BatchNormRuns runs) {
        this.runs = runs;
    }

    /**
     * The page.
     *
     * @param networks from top to bottom
     * @param command that gives it again
     */
    static Page of(List<BatchNormRuns> networks, String command) {
        var sections = new ArrayList<Section>();
        sections.add(verdicts(networks));
        networks.forEach(runs -> sections.add(new BatchNormPage(runs).section()));
        sections.add(definitions());
        sections.add(new Section("Repeat it", List.of(new Block.Command(command))));
        return new Page(
                "How BatchNorm helps",
                "Santurkar, Tsipras, Ilyas and Madry 2018, on a CPU: "
                        + String.join(
                                "; ",
                                networks.stream().map(BatchNormPage::title).toList()),
                false,
                sections);
    }

    /** A network and what it was measured over. */
    static String title(BatchNormRuns runs) {
        return "%s, %s, %s steps"
                .formatted(
                        runs.network().title(),
                        runs.seeds() == 1 ? "1 seed" : NumberText.count(runs.seeds()) + " seeds",
                        NumberText.count(runs.steps()));
    }

    private static Section verdicts(List<BatchNormRuns> networks) {
        return new Section("Verdicts", List.of(verdictTable(networks).block("The paper's claims on each network")));
    }

    /** Each claim on each network. */
    static Table verdictTable(List<BatchNormRuns> networks) {
        var table = new Table("network", "claim", "measured", "holds if", "holds");
        for (var runs : networks) {
            for (var verdict : new BatchNormVerdicts(runs).all()) {
                table.add(
                        runs.network().title(),
                        verdict.claim(),
                        verdict.number(),
                        verdict.rule(),
                        verdict.holds() ? "yes" : "no");
            }
        }
        return table;
    }

    private Section section() {
        var blocks = new ArrayList<Block>();
        blocks.add(Sentence.plain(runs.network().description()));
        blocks.addAll(new BatchNormVerdicts(runs).findings().blocks());
        blocks.add(losses());
        blocks.add(shift(
                "cosine between G and G′",
                "1 where the update of the layers before it does not turn the gradient of a layer.",
                Axis.of("cosine"),
                ProbeResult::cosine));
        blocks.add(shift(
                "difference of G and G′",
                "The internal covariate shift of the paper, by layer.",
                Axis.logarithmic("‖G − G′‖"),
                ProbeResult::difference));
        blocks.add(shift(
                "drift of the inputs of layers",
                "How far one step moves mean and deviation of a layer's inputs, in deviations.",
                Axis.logarithmic("drift"),
                ProbeResult::drift));
        blocks.add(band(
                "loss along the gradient",
                "Lowest and highest loss over the step sizes.",
                Axis.logarithmic("loss"),
                ProbeResult::lowestLoss,
                ProbeResult::highestLoss));
        blocks.add(band(
                "change of the gradient along it",
                "Lowest and highest ‖g − g(θ′)‖ over the step sizes: how little a gradient predicts.",
                Axis.logarithmic("‖g − g(θ′)‖"),
                ProbeResult::lowestChange,
                ProbeResult::highestChange));
        blocks.add(smoothness());
        blocks.add(medians(runs).block("Medians over all steps and seeds"));
        return new Section(title(), blocks);
    }

    private String title() {
        var name = runs.network().title();
        return Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }

    private String chart(String what) {
        return title() + ": " + what;
    }

    private Chart losses() {
        int points = runs.of(Variant.STANDARD).getFirst().losses().length;
        double[] x = IntStream.range(0, points)
                .mapToDouble(i -> (i + 0.5) * runs.steps() / points)
                .toArray();
        return new Chart(
                chart("training curves"),
                "The mean over the seeds of the loss of the batches.",
                Axis.of("step"),
                Axis.logarithmic("loss"),
                List.of(new Frame(
                        "",
                        Stream.of(Variant.values())
                                .map(variant -> new Series(
                                        variant.title(),
                                        Style.LINE,
                                        x,
                                        means(variant, points, MeasuredTraining::losses)))
                                .toList())));
    }

    private double[] means(Variant variant, int points, Function<MeasuredTraining, double[]> numbers) {
        return IntStream.range(0, points)
                .mapToDouble(i -> finite(runs.of(variant).stream()
                        .mapToDouble(training -> numbers.apply(training)[i])
                        .average()
                        .orElseThrow()))
                .toArray();
    }

    /** A chart has no infinities: a gap. */
    private static double finite(double value) {
        return Double.isFinite(value) ? value : Double.NaN;
    }

    private Chart shift(String what, String description, Axis y, Function<ProbeResult, double[]> numbers) {
        var frames = IntStream.range(0, runs.layers())
                .mapToObj(layer -> new Frame(
                        "layer " + (layer + 2),
                        Stream.of(Variant.STANDARD, Variant.BATCH_NORM)
                                .map(variant ->
                                        series(variant.title(), variant, reading -> numbers.apply(reading)[layer]))
                                .toList()))
                .toList();
        return new Chart(chart(what), description + " The median of the seeds.", Axis.of("step"), y, frames);
    }

    private Chart band(
            String what,
            String description,
            Axis y,
            ToDoubleFunction<ProbeResult> low,
            ToDoubleFunction<ProbeResult> high) {
        var series = new ArrayList<Series>();
        for (var variant : List.of(Variant.STANDARD, Variant.BATCH_NORM)) {
            series.add(series(variant.title() + ", lowest", variant, low));
            series.add(series(variant.title() + ", highest", variant, high));
        }
        return new Chart(
                chart(what),
                description + " The median of the seeds.",
                Axis.of("step"),
                y,
                List.of(new Frame("", series)));
    }

    private Chart smoothness() {
        return new Chart(
                chart("effective β"),
                "The largest ‖g − g(θ′)‖ / ‖θ − θ′‖ over the step sizes. The median of the seeds. The dashed"
                        + " line is 2 over"
                        + " the learning rate, beyond which a quadratic loss grows.",
                Axis.of("step"),
                Axis.logarithmic("β"),
                List.of(new Frame(
                        "",
                        Stream.concat(
                                        COMPARED.stream()
                                                .map(variant ->
                                                        series(variant.title(), variant, ProbeResult::smoothness)),
                                        Stream.of(edge()))
                                .toList())));
    }

    private Series edge() {
        return new Series("2 / learning rate", Style.REFERENCE, new double[] {0, runs.steps()}, new double[] {
            2 / runs.network().lr(), 2 / runs.network().lr()
        });
    }

    /** The median over the seeds at each step that any seed reached. */
    private Series series(String label, Variant variant, ToDoubleFunction<ProbeResult> number) {
        var trainings = runs.of(variant);
        int[] steps = trainings.stream()
                .map(MeasuredTraining::steps)
                .max((a, b) -> Integer.compare(a.length, b.length))
                .orElseThrow();
        double[] y = IntStream.range(0, steps.length)
                .mapToDouble(i -> finite(BatchNormComparison.median(trainings.stream()
                        .filter(training -> training.readings().size() > i)
                        .mapToDouble(training ->
                                number.applyAsDouble(training.readings().get(i))))))
                .toArray();
        return new Series(
                label, Style.LINE, Arrays.stream(steps).asDoubleStream().toArray(), y);
    }

    /** The measures of every variant. */
    static Table medians(BatchNormRuns runs) {
        var table = new Table("variant", "last loss", "loss range", "change range", "β", "‖G − G′‖", "cosine");
        for (var variant : Variant.values()) {
            table.add(
                    variant.title(),
                    NumberText.digits(runs.lastLoss(variant)),
                    NumberText.digits(median(runs, variant, BatchNormComparison::lossRange)),
                    NumberText.digits(median(runs, variant, BatchNormComparison::changeRange)),
                    NumberText.digits(median(runs, variant, ProbeResult::smoothness)),
                    NumberText.digits(BatchNormComparison.median(runs, variant, ProbeResult::difference)),
                    NumberText.fixed(3, BatchNormComparison.median(runs, variant, ProbeResult::cosine)));
        }
        return table;
    }

    private static double median(BatchNormRuns runs, Variant variant, ToDoubleFunction<ProbeResult> number) {
        return BatchNormComparison.median(runs, variant, reading -> new double[] {number.applyAsDouble(reading)});
    }

    private static Section definitions() {
        return new Section(
                "What is measured",
                List.of(
                        Sentence.plain("Every variant of a seed has the same first weights and sees the same batches."
                                + " A layer is a"
                                + " linear layer, a convolution or an embedding with its normalisation;"
                                + " G is the gradient of"
                                + " its weight at a step, G′ the one for the same batch after the"
                                + " layers before it, and they"
                                + " alone, have been updated (definition 2.1). The first layer has none"
                                + " before it."),
                        Sentence.plain("The drift of a layer's inputs by a step is √(Σ (Δmean² + Δdeviation²) / Σ"
                                + " deviation²) over its"
                                + " units, on the batch of the step."),
                        Sentence.plain("g is the gradient of all parameters θ, and θ′ = θ − η g for ten η in equal"
                                + " ratios. Noise stays the"
                                + " same along the gradient."),
                        Sentence.plain(
                                "Noisy BatchNorm adds, after each BatchNorm and at every step, to each unit a mean from"
                                        + " U(−0.5, 0.5) and a factor from U(1, 1.25), and to each of its"
                                        + " values noise of ±0.1 around"
                                        + " the mean and N(factor, 0.1). ℓ1, ℓ2 and ℓ∞ subtract the mean and"
                                        + " divide by the average norm"
                                        + " that the values had before."),
                        Sentence.plain("Loss at the end: the mean of the last tenth of the training. The verdicts"
                                + " compare the standard"
                                + " network and the one with BatchNorm at the same step from the same seed.")));
    }
}
