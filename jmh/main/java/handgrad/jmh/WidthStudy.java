package handgrad.jmh;

import handgrad.page.Block;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;

/** Vectors of 128, 256 and 512 bits. */
final class WidthStudy implements Study {
    @Override
    public String title() {
        return "width";
    }

    @Override
    public String question() {
        return "How wide should a vector be?";
    }

    @Override
    public String method() {
        return "handgrad's own kernels in the cache, each width in processes of its own, as far as the processor "
                + "has it.";
    }

    @Override
    public String unit() {
        return "µs a call";
    }

    @Override
    public List<BenchmarkGroup> groups(Effort effort) {
        return Stream.of(128, 256, 512)
                .filter(bits -> bits <= FloatVector.SPECIES_PREFERRED.vectorBitSize())
                .map(bits -> BenchmarkGroup.of(WidthBenchmark.class, Map.of(), "-Dhandgrad.vector=" + bits))
                .toList();
    }

    @Override
    public Score score(BenchmarkResult result) {
        return result.score(result.method(), result.option("-Dhandgrad.vector=") + " bits", micros -> micros);
    }

    @Override
    public List<Block> findings(ScoreTable table) {
        var blocks = new ArrayList<Block>();
        var columns = table.columns();
        for (int i = 1; i < columns.size(); i++) {
            blocks.add(StudyFindings.compare(table, columns.get(i - 1), "takes %s times as long as", columns.get(i)));
        }
        blocks.add(StudyFindings.chart(table, "Time by width", "kernel", unit()));
        return blocks;
    }
}
