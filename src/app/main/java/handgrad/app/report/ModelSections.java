package handgrad.app.report;

import handgrad.diagnostics.BatchNormStatistics;
import handgrad.page.Block;
import handgrad.page.Block.Chart;
import handgrad.page.Block.Sentence;
import handgrad.page.Block.Series;
import handgrad.page.Block.Style;
import handgrad.page.Page.Section;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What is to be seen of a trained model itself: where its embedding puts the symbols, what its batch normalisations
 * kept.
 */
final class ModelSections {
    /** How far, in standard deviations, a running mean may be from the calibrated one. */
    private static final double NEAR = 0.2;

    private ModelSections() {}

    static List<Section> of(Outcome outcome, SymbolLabels labels) {
        var sections = new ArrayList<Section>();
        if (outcome.embedding().length > 0) {
            sections.add(embedding(outcome.embedding(), labels));
        }
        if (!outcome.batchNorms().isEmpty()) {
            sections.add(batchNorms(outcome.batchNorms()));
        }
        if (outcome.finder() != null) {
            sections.add(finder(outcome.finder()));
        }
        return sections;
    }

    private static Section embedding(float[] embedding, SymbolLabels labels) {
        var symbols = IntStream.range(0, embedding.length / 2)
                .boxed()
                .sorted((a, b) -> Float.compare(embedding[2 * a], embedding[2 * b]))
                .toList();
        double[] x = symbols.stream().mapToDouble(i -> embedding[2 * i]).toArray();
        double[] y = symbols.stream().mapToDouble(i -> embedding[2 * i + 1]).toArray();
        var letters = symbols.stream().map(labels::label).toList();
        var text = nearest(embedding, labels);
        return new Section(
                "Embedding",
                List.of(
                        Sentence.plain(text),
                        Chart.of(
                                "Embedding of the symbols",
                                text,
                                "first number",
                                "second number",
                                List.of(new Series("symbol", Style.LETTERS, x, y, letters)))));
    }

    /** Which two symbols the model tells apart least. */
    private static String nearest(float[] embedding, SymbolLabels labels) {
        int first = 0;
        int second = 1;
        int size = embedding.length / 2;
        for (int a = 0; a < size; a++) {
            for (int b = a + 1; b < size; b++) {
                if (distance(embedding, a, b) < distance(embedding, first, second)) {
                    first = a;
                    second = b;
                }
            }
        }
        return ("Symbols near each other are treated alike; the nearest two are %s and %s, %s apart. The point ."
                        + " stands for the start and the end of a name.")
                .formatted(
                        labels.inSentence(first),
                        labels.inSentence(second),
                        NumberText.digits(distance(embedding, first, second)));
    }

    private static double distance(float[] embedding, int a, int b) {
        return Math.hypot(embedding[2 * a] - embedding[2 * b], embedding[2 * a + 1] - embedding[2 * b + 1]);
    }

    private static Section batchNorms(List<BatchNormStatistics> layers) {
        var blocks = new ArrayList<Block>();
        var means = new ArrayList<Series>();
        var stds = new ArrayList<Series>();
        double worst = 0;
        var where = layers.getFirst().name();
        for (var layer : layers) {
            double[] mean = shifts(layer);
            means.add(new Series("layer " + layer.name(), Style.POINTS, units(mean.length), mean));
            stds.add(new Series("layer " + layer.name(), Style.POINTS, units(mean.length), ratios(layer)));
            for (double shift : mean) {
                if (Math.abs(shift) > worst) {
                    worst = Math.abs(shift);
                    where = layer.name();
                }
            }
        }
        var ratios = stds.stream()
                .flatMapToDouble(series -> Arrays.stream(series.y()))
                .summaryStatistics();
        int units = layers.stream()
                .mapToInt(layer -> layer.runningMean().length)
                .max()
                .orElseThrow();
        means.add(reference("equal", units, 0));
        stds.add(reference("equal", units, 1));
        var text = ("The running means are at most %s standard deviations from those of the whole training set"
                        + " (layer %s); up to %s is near enough not to calibrate.")
                .formatted(NumberText.digits(worst), where, NumberText.plain(NEAR));
        blocks.add(Sentence.judged(worst <= NEAR, text));
        blocks.add(Chart.of(
                "Running mean against the calibrated one", text, "unit", "difference / calibrated std", means));
        var spread = "The running standard deviations are %s to %s times the calibrated ones."
                .formatted(NumberText.digits(ratios.getMin()), NumberText.digits(ratios.getMax()));
        blocks.add(Sentence.plain(spread));
        blocks.add(Chart.of(
                "Running std against the calibrated one", spread, "unit", "running std / calibrated std", stds));
        return new Section("Batch normalisation", blocks);
    }

    private static double[] shifts(BatchNormStatistics layer) {
        return IntStream.range(0, layer.runningMean().length)
                .mapToDouble(i -> (layer.runningMean()[i] - layer.calibratedMean()[i]) / layer.calibratedStd()[i])
                .toArray();
    }

    private static double[] ratios(BatchNormStatistics layer) {
        return IntStream.range(0, layer.runningStd().length)
                .mapToDouble(i -> layer.runningStd()[i] / layer.calibratedStd()[i])
                .toArray();
    }

    private static double[] units(int count) {
        return IntStream.range(0, count).asDoubleStream().toArray();
    }

    private static Series reference(String label, int units, double at) {
        return new Series(label, Style.REFERENCE, new double[] {0, units - 1}, new double[] {at, at});
    }

    private static Section finder(Outcome.Finder finder) {
        var span = "a fresh model, trained for a step at each rate from %s to %s,"
                .formatted(rate(finder.exponents()[0]), rate(finder.exponents()[finder.exponents().length - 1]));
        var text = Double.isNaN(finder.suggestion())
                ? "No rate lowered the loss of %s.".formatted(span)
                : "The loss of %s is well down at a rate of %s: a good first choice for --lr."
                        .formatted(span, NumberText.plain(finder.suggestion()));
        return new Section(
                "Learning-rate finder",
                List.of(
                        Sentence.judged(!Double.isNaN(finder.suggestion()), text),
                        Chart.of(
                                "Loss by learning rate",
                                text,
                                "log10 of the learning rate",
                                "loss",
                                List.of(
                                        new Series(
                                                "loss of the batch", Style.LINE, finder.exponents(), finder.losses()),
                                        new Series(
                                                "averaged with its neighbours",
                                                Style.LINE,
                                                finder.exponents(),
                                                finder.smoothed())))));
    }

    private static String rate(double exponent) {
        return NumberText.plain(Math.pow(10, exponent));
    }
}
