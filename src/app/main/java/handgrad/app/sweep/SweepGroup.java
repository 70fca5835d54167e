package handgrad.app.sweep;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Finished runs of a sweep that differ in their seed alone.
 *
 * @param label the options that set them apart from the other groups
 * @param losses ascending
 */
record SweepGroup(String label, List<Double> losses) {
    private static final String SEED = "seed";

    /**
     * Two groups, the better one first.
     *
     * @param welch of their means
     * @param holm the p-value, corrected for all the pairs that are tested
     */
    record Pair(SweepGroup a, SweepGroup b, SampleStatistics.Welch welch, double holm) {}

    /** All groups, the lowest mean first. */
    static List<SweepGroup> of(SweepResults results) {
        var done =
                results.results().stream().filter(SweepResults.Result::isDone).toList();
        var telling = results.columns().stream()
                .filter(column -> !column.equals(SEED))
                .filter(column -> done.stream()
                                .map(result -> result.run().option(column))
                                .distinct()
                                .count()
                        > 1)
                .toList();
        var groups = new LinkedHashMap<String, List<Double>>();
        for (var result : done) {
            var label = telling.stream()
                    .map(column -> text(column, result.run().option(column)))
                    .collect(Collectors.joining(", "));
            groups.computeIfAbsent(label.isEmpty() ? result.run().model() : label, _ -> new ArrayList<>())
                    .add(result.loss());
        }
        return groups.entrySet().stream()
                .map(group -> new SweepGroup(
                        group.getKey(), group.getValue().stream().sorted().toList()))
                .sorted(Comparator.comparingDouble(group -> group.statistics().mean()))
                .toList();
    }

    private static String text(String column, String value) {
        if (column.equals(SweepRun.MODEL)) {
            return value;
        }
        return value.isEmpty() ? "no " + column : column + " " + value;
    }

    SampleStatistics statistics() {
        return SampleStatistics.of(
                losses.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** Every pair that can be tested, the smallest p-value first. */
    static List<Pair> pairs(List<SweepGroup> groups) {
        var statistics = groups.stream().map(SweepGroup::statistics).toList();
        var pairs = new ArrayList<Pair>();
        for (int a = 0; a < groups.size(); a++) {
            for (int b = a + 1; b < groups.size(); b++) {
                var welch = statistics.get(a).welch(statistics.get(b));
                if (!Double.isNaN(welch.p())) {
                    pairs.add(new Pair(groups.get(a), groups.get(b), welch, Double.NaN));
                }
            }
        }
        pairs.sort(Comparator.comparingDouble(pair -> pair.welch().p()));
        double[] holm = SampleStatistics.holm(
                pairs.stream().mapToDouble(pair -> pair.welch().p()).toArray());
        return IntStream.range(0, holm.length)
                .mapToObj(i -> new Pair(
                        pairs.get(i).a(), pairs.get(i).b(), pairs.get(i).welch(), holm[i]))
                .toList();
    }
}
