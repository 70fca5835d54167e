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
    public List<Batch> batches(Effort effort) {
        return List.of(Batch.of(FusionBenchmark.class));
    }

    @Override
    public Score score(Measurement measurement) {
        int n = Integer.parseInt(measurement.parameter("n"));
        boolean fused = measurement.method().endsWith("Fused");
        var row = measurement.method().replaceFirst("Fused$|Separate$", "") + (n < 1 << 20 ? ", cache" : ", memory");
        return measurement.score(row, fused ? "fused" : "separate", micros -> micros * 1e6 / n);
    }

    @Override
    public List<Block> findings(Table table) {
        return List.of(
                Findings.compare(table, "separate", "takes %s times as long as", "fused"),
                Findings.chart(table, "One pass and several", "loop", unit()));
    }
}
