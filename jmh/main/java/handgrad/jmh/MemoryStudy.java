package handgrad.jmh;

import handgrad.page.Block;
import java.util.List;
import java.util.stream.Stream;

/** Loops over arrays that do not fit into a cache. */
final class MemoryStudy implements Study {
    @Override
    public String title() {
        return "memory";
    }

    @Override
    public String question() {
        return "What share of the bandwidth of a copy do elementwise loops and sums over 64 MB arrays get, "
                + "on one thread?";
    }

    @Override
    public String method() {
        return "Bytes are those of each array read plus those of each array written. The copy is the JDK's own.";
    }

    @Override
    public String unit() {
        return "GB/s read and written";
    }

    @Override
    public boolean higherIsBetter() {
        return true;
    }

    @Override
    public String own() {
        return "handgrad";
    }

    @Override
    public List<BenchmarkGroup> groups(Effort effort) {
        return List.of(BenchmarkGroup.of(MemoryBenchmark.class));
    }

    @Override
    public Score score(BenchmarkResult result) {
        double kilobytes = MemoryBenchmark.bytes(result.method()) / 1e3;
        return result.score(result.method(), "handgrad", micros -> kilobytes / micros);
    }

    /** The copy stands beside each of the others. */
    @Override
    public List<Score> measure(Effort effort, StudyProgress progress, List<String> notes) {
        var all = Study.super.measure(effort, progress, notes);
        var copy = all.stream()
                .filter(score -> score.row().equals("copy"))
                .findFirst()
                .orElseThrow();
        return all.stream()
                .filter(score -> !score.row().equals("copy"))
                .flatMap(score -> Stream.of(score, copy.named(score.row(), "copy")))
                .toList();
    }

    @Override
    public List<Block> findings(ScoreTable table) {
        return List.of(
                StudyFindings.compare(table, "handgrad", "gets %s times the bandwidth of", "copy"),
                StudyFindings.chart(table, "Bandwidth from memory", "loop", unit()));
    }
}
