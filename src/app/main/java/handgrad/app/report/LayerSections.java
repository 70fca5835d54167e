package handgrad.app.report;

import handgrad.diagnostics.Histogram;
import handgrad.diagnostics.Picture;
import handgrad.diagnostics.Recorder;
import handgrad.diagnostics.Snapshot;
import handgrad.diagnostics.TensorStatistics;
import handgrad.diagnostics.UpdateRatios;
import handgrad.diagnostics.WeightStatistics;
import handgrad.page.Block;
import handgrad.page.Block.Chart;
import handgrad.page.Block.Frame;
import handgrad.page.Block.Image;
import handgrad.page.Block.Sentence;
import handgrad.page.Block.Series;
import handgrad.page.Block.Style;
import handgrad.page.Block.Table;
import handgrad.page.Block.Verdict;
import handgrad.page.Page.Section;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The diagnostics of makemore part 3: activations, their gradients, the gradients of the weights, the size of the
 * updates. What is healthy is the lecture's judgement: few saturated outputs, gradients of about one size in all
 * layers, updates of about a thousandth of their weight.
 */
final class LayerSections {
    /** Shares of saturated outputs: up to the first all is well, above the second a layer hardly learns. */
    private static final double FEW_SATURATED = 0.05;

    private static final double MANY_SATURATED = 0.5;

    /** The share of units that a batch may leave stuck by chance. */
    private static final double FEW_DEAD = 0.1;

    /**
     * How many times the smallest gradient of a layer the largest is: up to the first even, above the second uneven.
     */
    private static final double EVEN = 10;

    private static final double UNEVEN = 100;

    /** log10 of the update-to-data ratio: what to aim at, how far off is well and how far off is not. */
    private static final double UPDATE = -3;

    private static final double WELL = 1;
    private static final double FAR = 2;

    /** The most columns of an image that have their symbols below them. */
    private static final int MOST_LABELS = 400;

    private LayerSections() {}

    static List<Section> of(Recording recording, SymbolLabels labels) {
        var sections = new ArrayList<Section>();
        var snapshots = recording.snapshots();
        if (!snapshots.isEmpty()) {
            var last = snapshots.getLast();
            if (!last.activations().isEmpty()) {
                sections.add(activations(snapshots, last));
                sections.add(activationGradients(snapshots, last));
            }
            if (!last.weights().isEmpty()) {
                sections.add(weightGradients(snapshots, last));
            }
        }
        if (recording.updateRatios().steps().size() >= 2) {
            sections.add(updates(recording.updateRatios()));
        }
        if (!snapshots.isEmpty() && snapshots.getLast().dlogits().rows() > 0) {
            sections.add(dlogits(snapshots.getLast(), labels));
        }
        return sections;
    }

    private static Section activations(List<Snapshot> snapshots, Snapshot last) {
        var layers = last.activations();
        var blocks = new ArrayList<Block>();
        layers.stream()
                .filter(layer -> !Double.isNaN(layer.saturated()))
                .max(Comparator.comparingDouble(TensorStatistics::saturated))
                .ifPresent(worst -> blocks.add(saturation(worst)));
        layers.stream()
                .filter(layer -> !Double.isNaN(layer.deadUnits()))
                .max(Comparator.comparingDouble(TensorStatistics::deadUnits))
                .ifPresent(worst -> blocks.add(dead(worst)));
        blocks.add(histograms("Outputs of the non-linear layers", "output", snapshots, Snapshot::activations));
        blocks.add(new Table(
                "Outputs at step " + NumberText.count(last.step()),
                List.of("layer", "mean", "std", "saturated", "dead units"),
                rows(
                        layers,
                        layer -> List.of(
                                title(layer),
                                NumberText.digits(layer.mean()),
                                NumberText.digits(layer.std()),
                                NumberText.percent(layer.saturated()),
                                NumberText.percent(layer.deadUnits())))));
        return new Section("Activations", blocks);
    }

    private static Sentence saturation(TensorStatistics worst) {
        double share = worst.saturated();
        var verdict = share <= FEW_SATURATED ? Verdict.GOOD : share <= MANY_SATURATED ? Verdict.NONE : Verdict.BAD;
        var meaning = switch (verdict) {
            case GOOD -> "up to %s is healthy.".formatted(bound(FEW_SATURATED));
            case NONE ->
                "up to %s is healthy, above %s a layer hardly learns."
                        .formatted(bound(FEW_SATURATED), bound(MANY_SATURATED));
            case BAD -> "the gradient is almost 0 there, so the layer hardly learns: start with smaller weights.";
        };
        return new Sentence(
                verdict,
                "%s of the outputs of %s, the most of any layer, are saturated: %s"
                        .formatted(NumberText.percent(share), title(worst), meaning));
    }

    private static String bound(double share) {
        return NumberText.plain(100 * share) + " %";
    }

    private static Sentence dead(TensorStatistics worst) {
        double share = worst.deadUnits();
        if (share == 0) {
            return Sentence.judged(true, "No unit is stuck for the whole batch.");
        }
        var most = "%s of the units of %s are stuck for the whole batch, the most of any layer"
                .formatted(NumberText.percent(share), title(worst));
        return share <= FEW_DEAD
                ? Sentence.plain(most + "; up to %s a unit may just be choosy.".formatted(bound(FEW_DEAD)))
                : Sentence.judged(false, most + ": no gradient passes them, and what is before them cannot learn.");
    }

    private static Section activationGradients(List<Snapshot> snapshots, Snapshot last) {
        var layers = last.activationGradients();
        var blocks = new ArrayList<Block>();
        var stds = layers.stream().mapToDouble(TensorStatistics::std).summaryStatistics();
        blocks.add(
                layers.size() > 1
                        ? evenness("The gradients' standard deviations over the layers", stds)
                        : Sentence.judged(
                                stds.getMax() > 0,
                                "The gradients of %s have standard deviation %s; at 0 nothing before it would learn."
                                        .formatted(title(layers.getFirst()), NumberText.digits(stds.getMax()))));
        blocks.add(histograms("Gradients of the outputs", "gradient", snapshots, Snapshot::activationGradients));
        blocks.add(new Table(
                "Gradients of the outputs at step " + NumberText.count(last.step()),
                List.of("layer", "mean", "std"),
                rows(
                        layers,
                        layer -> List.of(
                                title(layer), NumberText.digits(layer.mean()), NumberText.digits(layer.std())))));
        return new Section("Gradients of activations", blocks);
    }

    private static Sentence evenness(String what, DoubleSummaryStatistics sizes) {
        double ratio = sizes.getMax() / sizes.getMin();
        var verdict = ratio <= EVEN ? Verdict.GOOD : ratio <= UNEVEN ? Verdict.NONE : Verdict.BAD;
        return new Sentence(
                verdict,
                "%s go from %s to %s, a factor of %s: %s."
                        .formatted(
                                what,
                                NumberText.digits(sizes.getMin()),
                                NumberText.digits(sizes.getMax()),
                                NumberText.fixed(1, ratio),
                                switch (verdict) {
                                    case GOOD -> "up to %s is even".formatted(NumberText.fixed(0, EVEN));
                                    case NONE -> "at one learning rate some learn that much faster than others";
                                    case BAD ->
                                        "above %s some layers hardly learn while others jump"
                                                .formatted(NumberText.fixed(0, UNEVEN));
                                }));
    }

    private static Section weightGradients(List<Snapshot> snapshots, Snapshot last) {
        var blocks = new ArrayList<Block>();
        var ratios = last.weights().stream()
                .mapToDouble(WeightStatistics::gradientToData)
                .filter(Double::isFinite)
                .summaryStatistics();
        blocks.add(
                ratios.getCount() > 1
                        ? evenness("The grad:data ratios (std of the gradient / std of the weight)", ratios)
                        : Sentence.plain("The grad:data ratio of %s, std of its gradient / its own std, is %s."
                                .formatted(
                                        last.weights().getFirst().value().name(),
                                        NumberText.digits(
                                                last.weights().getFirst().gradientToData()))));
        blocks.add(histograms(
                "Gradients of the weights",
                "gradient",
                snapshots,
                snapshot -> snapshot.weights().stream()
                        .map(WeightStatistics::gradient)
                        .toList()));
        blocks.add(new Table(
                "Weights at step " + NumberText.count(last.step()),
                List.of("weight", "shape", "grad std", "grad:data", "update:data"),
                last.weights().stream()
                        .map(weight -> List.of(
                                weight.value().name(),
                                weight.value().shape().toString(),
                                NumberText.digits(weight.gradient().std()),
                                NumberText.digits(weight.gradientToData()),
                                NumberText.digits(weight.updateToData())))
                        .toList()));
        return new Section("Gradients of weights", blocks);
    }

    private static Section updates(UpdateRatios ratios) {
        double[] steps =
                ratios.steps().stream().mapToDouble(Integer::doubleValue).toArray();
        var series = new ArrayList<Series>();
        var off = new ArrayList<String>();
        double farthest = 0;
        for (int weight = 0; weight < ratios.names().size(); weight++) {
            int column = weight;
            double[] log10 =
                    ratios.log10().stream().mapToDouble(row -> row[column]).toArray();
            series.add(new Series(ratios.names().get(weight), Style.LINE, steps, log10));
            double late = lateMedian(log10);
            double distance = Math.abs(late - UPDATE);
            if (!(distance <= WELL)) {
                off.add("%s at %s".formatted(ratios.names().get(weight), NumberText.fixed(1, late)));
                farthest = Math.max(farthest, Double.isNaN(distance) ? Double.POSITIVE_INFINITY : distance);
            }
        }
        series.add(
                new Series("aim: −3", Style.REFERENCE, new double[] {steps[0], steps[steps.length - 1]}, new double[] {
                    UPDATE, UPDATE
                }));
        var text = ("In the last tenth of the steps log10 of update:data is %s; about −3 is good, from −4 to −2 is"
                        + " well, lower learns slowly, higher jumps.")
                .formatted(off.isEmpty() ? "well for every weight" : String.join(", ", off));
        var verdict = off.isEmpty() ? Verdict.GOOD : farthest <= FAR ? Verdict.NONE : Verdict.BAD;
        return new Section(
                "Size of the updates",
                List.of(
                        new Sentence(verdict, text),
                        Chart.of("Update:data ratio", text, "step", "log10 of update:data", series)));
    }

    /** The median of the last tenth. */
    private static double lateMedian(double[] values) {
        double[] late = Arrays.copyOfRange(values, values.length - Math.max(1, values.length / 10), values.length);
        Arrays.sort(late);
        return late[late.length / 2];
    }

    private static Section dlogits(Snapshot last, SymbolLabels labels) {
        Picture picture = last.dlogits();
        boolean labelled = picture.columns() == labels.size() && labels.size() <= MOST_LABELS;
        var text = "In each row, one example of the batch, the black cell is the right symbol, whose logit is pulled up"
                + " as hard as all others together are pushed down; how light another is, is its probability.";
        return new Section(
                "Gradient of the logits",
                List.of(
                        certainty(picture),
                        Sentence.plain(text),
                        new Image(
                                "Gradient of the logits at step " + NumberText.count(last.step()),
                                text,
                                picture.rows(),
                                picture.columns(),
                                picture.values(),
                                labelled ? labels.all() : List.of())));
    }

    /**
     * The gradient of a row is (softmax − one-hot) / rows, so that its least value tells the right symbol's
     * probability.
     */
    private static Sentence certainty(Picture picture) {
        if (picture.rows() == Recorder.PICTURE_ROWS) {
            return Sentence.plain("These are the first %d rows of the batch.".formatted(picture.rows()));
        }
        double sum = 0;
        for (int row = 0; row < picture.rows(); row++) {
            double least = 0;
            for (int column = 0; column < picture.columns(); column++) {
                least = Math.min(least, picture.values()[row * picture.columns() + column]);
            }
            sum += 1 + least * picture.rows();
        }
        double mean = sum / picture.rows();
        double uniform = 1.0 / picture.columns();
        return Sentence.judged(
                mean > uniform,
                "The model gives the right symbol a probability of %s on average; a uniform guess gives %s."
                        .formatted(NumberText.percent(mean), NumberText.percent(uniform)));
    }

    private static Chart histograms(
            String title, String label, List<Snapshot> snapshots, Function<Snapshot, List<TensorStatistics>> tensors) {
        var frames = snapshots.stream()
                .map(snapshot -> new Frame(
                        "step %s, loss %s"
                                .formatted(NumberText.count(snapshot.step()), NumberText.loss(snapshot.loss())),
                        tensors.apply(snapshot).stream()
                                .map(LayerSections::density)
                                .toList()))
                .toList();
        var last = tensors.apply(snapshots.getLast()).stream()
                .map(tensor -> "%s: mean %s, standard deviation %s"
                        .formatted(title(tensor), NumberText.digits(tensor.mean()), NumberText.digits(tensor.std())))
                .collect(Collectors.joining("; "));
        return new Chart(title, "Histograms at the last of these steps: " + last + ".", label, "density", frames);
    }

    /** A histogram as a curve through the middles of its bins; the area below it is 1. */
    private static Series density(TensorStatistics tensor) {
        Histogram histogram = tensor.histogram();
        int[] counts = histogram.counts();
        double width = (histogram.to() - histogram.from()) / counts.length;
        double total = Arrays.stream(counts).sum() * width;
        double[] x = new double[total > 0 ? counts.length : 0];
        double[] y = new double[x.length];
        for (int bin = 0; bin < x.length; bin++) {
            x[bin] = histogram.from() + (bin + 0.5) * width;
            y[bin] = counts[bin] / total;
        }
        return new Series(title(tensor), Style.LINE, x, y);
    }

    private static List<List<String>> rows(
            List<TensorStatistics> layers, Function<TensorStatistics, List<String>> cells) {
        return layers.stream().map(cells).toList();
    }

    /** {@code layer 2 (Tanh)} as in the lecture; a weight by its name alone. */
    private static String title(TensorStatistics tensor) {
        boolean position = tensor.name().chars().allMatch(Character::isDigit);
        return position ? "layer %s (%s)".formatted(tensor.name(), tensor.kind()) : tensor.name();
    }
}
