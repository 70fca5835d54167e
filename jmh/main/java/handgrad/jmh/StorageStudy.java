package handgrad.jmh;

import handgrad.page.Block;
import java.util.List;

/** Arrays against native segments. */
final class StorageStudy implements Study {
    @Override
    public String title() {
        return "storage";
    }

    @Override
    public String question() {
        return "Are loops faster over a float[] or over a native segment aligned to 64 bytes?";
    }

    @Override
    public String method() {
        return "The same loops over 2048 floats in the first-level cache; each result is compared with float64.";
    }

    @Override
    public String unit() {
        return "ns an element";
    }

    @Override
    public List<BenchmarkGroup> groups(Effort effort) {
        return List.of(BenchmarkGroup.of(StorageBenchmark.class));
    }

    @Override
    public Score score(BenchmarkResult result) {
        var method = result.method();
        boolean segment = method.endsWith("Segment");
        return result.score(
                method.replaceFirst("Array$|Segment$", ""),
                segment ? "segment" : "array",
                micros -> micros * 1e3 / StorageBenchmark.N);
    }

    @Override
    public List<Block> findings(ScoreTable table) {
        return List.of(
                StudyFindings.compare(table, "segment", "takes %s times as long as", "array"),
                StudyFindings.chart(table, "Arrays and segments", "loop", unit()));
    }
}
