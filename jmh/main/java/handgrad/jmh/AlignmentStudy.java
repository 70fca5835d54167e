package handgrad.jmh;

import handgrad.page.Block;
import handgrad.page.Block.Sentence;
import java.util.ArrayList;
import java.util.List;

/** Arrays at different distances from a cache line. */
final class AlignmentStudy implements Study {
    @Override
    public String title() {
        return "alignment";
    }

    @Override
    public String question() {
        return "What does a loop lose whose array does not begin at a cache line?";
    }

    @Override
    public String method() {
        return "Loops over 1024 floats in the first-level cache, all operands 0 to 48 bytes behind a cache line; a "
                + "native segment, whose address is known, as a control.";
    }

    @Override
    public String unit() {
        return "ns an element";
    }

    @Override
    public List<BenchmarkGroup> groups(Effort effort) {
        return List.of(BenchmarkGroup.of(AlignmentBenchmark.class));
    }

    @Override
    public Score score(BenchmarkResult result) {
        return result.score(
                result.parameter("phase"),
                result.method().equals("multiplySegment") ? "multiply, segment" : result.method() + ", array",
                micros -> micros * 1e3 / AlignmentBenchmark.N);
    }

    @Override
    public List<Block> findings(ScoreTable table) {
        var blocks = new ArrayList<Block>();
        for (var column : table.columns()) {
            double aligned = table.value("0", column);
            double worst = table.rows().stream()
                    .mapToDouble(row -> table.value(row, column))
                    .max()
                    .orElseThrow();
            blocks.add(Sentence.plain("%s: the worst place takes %s times as long as the start of a cache line."
                    .formatted(column, StudyFindings.ratio(worst / aligned))));
        }
        blocks.add(StudyFindings.chart(table, "Time by alignment", "bytes behind a cache line", unit()));
        return blocks;
    }
}
