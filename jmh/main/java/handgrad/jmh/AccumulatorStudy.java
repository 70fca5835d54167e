package handgrad.jmh;

import handgrad.page.Block;
import handgrad.page.Block.Sentence;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Partial sums. */
final class AccumulatorStudy implements Study {
    /** What counts as no slower. */
    private static final double ENOUGH = 1.05;

    @Override
    public String title() {
        return "accumulators";
    }

    @Override
    public String question() {
        return "Into how many partial sums should a sum be split?";
    }

    @Override
    public String method() {
        return "A scalar product with 1, 2, 4 and 8 vectors of partial sums, from the first-level cache (8 KB an "
                + "array), the second (256 KB) and memory (64 MB); each is compared with float64.";
    }

    @Override
    public String unit() {
        return "ns for 1000 elements";
    }

    @Override
    public List<BenchmarkGroup> groups(Effort effort) {
        return List.of(BenchmarkGroup.of(AccumulatorBenchmark.class));
    }

    @Override
    public Score score(BenchmarkResult result) {
        int n = Integer.parseInt(result.parameter("n"));
        var accumulators =
                Map.of("one", "1", "two", "2", "four", "4", "eight", "8").get(result.method());
        return result.score(accumulators, size(n), micros -> micros * 1e6 / n);
    }

    private static String size(int n) {
        int kilobytes = n / 1024 * Float.BYTES;
        return kilobytes < 1024 ? kilobytes + " KB" : kilobytes / 1024 + " MB";
    }

    @Override
    public List<Block> findings(ScoreTable table) {
        var blocks = new ArrayList<Block>();
        for (var size : table.columns()) {
            double best = table.rows().stream()
                    .mapToDouble(row -> table.value(row, size))
                    .min()
                    .orElseThrow();
            var enough = Stream.of("1", "2", "4", "8")
                    .filter(row -> table.value(row, size) <= ENOUGH * best)
                    .findFirst()
                    .orElseThrow();
            blocks.add(Sentence.plain(
                    "%s: %s %s enough, within %.0f %% of the best; one takes %s times as long as the best."
                            .formatted(
                                    size,
                                    enough,
                                    enough.equals("1") ? "is" : "are",
                                    100 * (ENOUGH - 1),
                                    StudyFindings.ratio(table.value("1", size) / best))));
        }
        blocks.add(StudyFindings.chart(table, "Time by partial sums", "vectors of partial sums", unit()));
        return blocks;
    }
}
