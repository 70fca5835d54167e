package handgrad.jmh;

import handgrad.page.Block;
import java.util.List;

/** One pass against several. */
final class FusionStudy implements Study {
    @Override
    public String title() {
        return "fusion";
    }

    @Override
    public String question() {
        return "What does one loop gain over several that each write an array for the next to read?";
    }

    @Override
    public String method() {
        return "The gradient of tanh in one pass and in three, and SGD with momentum in one and in two, over "
                + "arrays of 25 KB and of 64 MB; each is compared with float64.";
    }

    @Override
    public String unit() {
        return "ns for 1000 elements";
    }

    @Override
    public List<BenchmarkGroup> groups(Effort effort) {
        return List.of(BenchmarkGroup.of(FusionBenchmark.class));
    }

    @Override
    public Score score(BenchmarkResult result) {
        int n = Integer.parseInt(result.parameter("n"));
        boolean fused = result.method().endsWith("Fused");
        var row = result.method().replaceFirst("Fused$|Separate$", "") + (n < 1 << 20 ? ", cache" : ", memory");
        return result.score(row, fused ? "fused" : "separate", micros -> micros * 1e6 / n);
    }

    @Override
    public List<Block> findings(ScoreTable table) {
        return List.of(
                StudyFindings.compare(table, "separate", "takes %s times as long as", "fused"),
                StudyFindings.chart(table, "One pass and several", "loop", unit()));
    }
}
