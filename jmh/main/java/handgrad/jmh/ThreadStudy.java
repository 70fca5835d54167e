package handgrad.jmh;

import handgrad.page.Block;
import handgrad.page.Block.Sentence;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** More threads. */
final class ThreadStudy implements Study {
    @Override
    public String title() {
        return "threads";
    }

    @Override
    public String question() {
        return "What do more threads gain?";
    }

    @Override
    public String method() {
        return "64 empty blocks handed out; a sum of two arrays of 64 MB; a matrix product of 1024 x 1024 x 1024; "
                + "a training step of mlp-bn with batches of 1024 and 1024 hidden units.";
    }

    @Override
    public String unit() {
        return "µs a call";
    }

    @Override
    public List<BenchmarkGroup> groups(Effort effort) {
        var counts = IntStream.rangeClosed(1, processors())
                .filter(count -> count <= 4 || Integer.bitCount(count) == 1 || count == processors())
                .mapToObj(Integer::toString)
                .toList();
        return List.of(BenchmarkGroup.of(ThreadBenchmark.class, Map.of("threads", counts)));
    }

    @Override
    public Score score(BenchmarkResult result) {
        return result.score(result.parameter("threads"), result.method(), micros -> micros);
    }

    @Override
    public int threads() {
        return processors();
    }

    private static int processors() {
        return Runtime.getRuntime().availableProcessors();
    }

    @Override
    public List<Block> findings(ScoreTable table) {
        var blocks = new ArrayList<Block>();
        var speedups = new ArrayList<Score>();
        var most = table.rows().getLast();
        for (var work : table.columns()) {
            double one = table.value("1", work);
            if (work.equals("dispatch")) {
                blocks.add(Sentence.plain("64 empty blocks take %s µs on one thread and %s µs on %s."
                        .formatted(StudyFindings.number(one), StudyFindings.number(table.value(most, work)), most)));
                continue;
            }
            blocks.add(Sentence.plain("%s: %s threads are %s times as fast as one."
                    .formatted(work, most, StudyFindings.ratio(one / table.value(most, work)))));
            for (var row : table.rows()) {
                speedups.add(Score.of(row, work, one / table.value(row, work)));
            }
        }
        blocks.add(StudyFindings.chart(new ScoreTable(speedups), "Speed by threads", "threads", "times one thread"));
        return blocks;
    }
}
