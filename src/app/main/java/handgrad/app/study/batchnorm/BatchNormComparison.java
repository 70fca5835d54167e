package handgrad.app.study.batchnorm;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/**
 * The standard network beside the one with BatchNorm: what was measured at the same step from the same seed, pair by
 * pair.
 */
final class BatchNormComparison {
    private record Pair(ProbeResult standard, ProbeResult batchNorm) {}

    private final List<Pair> pairs = new ArrayList<>();
    private final List<Pair> early = new ArrayList<>();

    BatchNormComparison(BatchNormRuns runs) {
        for (int seed = 0; seed < runs.seeds(); seed++) {
            var standard = runs.of(Variant.STANDARD).get(seed).readings();
            var batchNorm = runs.of(Variant.BATCH_NORM).get(seed).readings();
            for (int i = 0; i < Math.min(standard.size(), batchNorm.size()); i++) {
                var pair = new Pair(standard.get(i), batchNorm.get(i));
                pairs.add(pair);
                if (i < Math.ceilDiv(runs.probes(), 10)) {
                    early.add(pair);
                }
            }
        }
    }

    /** How far the loss ranges along the gradient. */
    static double lossRange(ProbeResult reading) {
        return range(reading.lowestLoss(), reading.highestLoss());
    }

    /** How far the change of the gradient ranges. */
    static double changeRange(ProbeResult reading) {
        return range(reading.lowestChange(), reading.highestChange());
    }

    private static double range(double low, double high) {
        return high == Double.POSITIVE_INFINITY ? high : high - low;
    }

    /** The median over all pairs of a number with BatchNorm, divided by that without. */
    double ratio(ToDoubleFunction<ProbeResult> number) {
        return median(ratios(pairs, number));
    }

    /** As {@link #ratio}, over the first tenth of the training. */
    double earlyRatio(ToDoubleFunction<ProbeResult> number) {
        return median(ratios(early, number));
    }

    /** The share of the pairs in which a number is smaller with BatchNorm. */
    double smaller(ToDoubleFunction<ProbeResult> number) {
        return ratios(pairs, number).filter(ratio -> ratio < 1).count()
                / (double) Math.max(1, ratios(pairs, number).count());
    }

    private static DoubleStream ratios(List<Pair> pairs, ToDoubleFunction<ProbeResult> number) {
        return pairs.stream()
                .mapToDouble(pair -> number.applyAsDouble(pair.batchNorm) / number.applyAsDouble(pair.standard))
                .filter(ratio -> !Double.isNaN(ratio));
    }

    /** The median over all pairs and layers of a number with BatchNorm, divided by that without. */
    double layerRatio(Function<ProbeResult, double[]> numbers) {
        return median(combined(numbers, (batchNorm, standard) -> batchNorm / standard));
    }

    /** The share of all pairs and layers in which a number with BatchNorm is as large or larger. */
    double layersAsLarge(Function<ProbeResult, double[]> numbers) {
        return combined(numbers, (batchNorm, standard) -> batchNorm >= standard ? 1 : 0)
                .average()
                .orElse(Double.NaN);
    }

    /** The median over all layers and readings of one variant. */
    static double median(BatchNormRuns runs, Variant variant, Function<ProbeResult, double[]> numbers) {
        return median(runs.of(variant).stream()
                .flatMap(training -> training.readings().stream())
                .flatMapToDouble(reading -> DoubleStream.of(numbers.apply(reading)))
                .filter(number -> !Double.isNaN(number)));
    }

    private DoubleStream combined(Function<ProbeResult, double[]> numbers, DoubleBinaryOperator operator) {
        return pairs.stream().flatMapToDouble(pair -> {
            double[] batchNorm = numbers.apply(pair.batchNorm);
            double[] standard = numbers.apply(pair.standard);
            var results = DoubleStream.builder();
            for (int i = 0; i < batchNorm.length; i++) {
                if (!Double.isNaN(batchNorm[i]) && !Double.isNaN(standard[i])) {
                    double result = operator.applyAsDouble(batchNorm[i], standard[i]);
                    if (!Double.isNaN(result)) {
                        results.add(result);
                    }
                }
            }
            return results.build();
        });
    }

    /** The median; NaN of nothing. */
    static double median(DoubleStream numbers) {
        double[] sorted = numbers.sorted().toArray();
        int n = sorted.length;
        return n == 0 ? Double.NaN : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    }
}
