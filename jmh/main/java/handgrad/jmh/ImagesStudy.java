package handgrad.jmh;

import handgrad.page.Block;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Training steps of a convolutional network. */
final class ImagesStudy implements Study {
    /** Seconds: a step takes a tenth of one, and its loops have to be compiled. */
    private static final double WARMUP = 2;

    @Override
    public String title() {
        return "images";
    }

    @Override
    public String question() {
        return "How long does a training step of a small convolutional network take?";
    }

    @Override
    public String method() {
        return "A network in the style of VGG, without and with batch normalisation, on batches of 64 images of 28 x "
                + "28, on one thread and on two. With the profile peers libtorch does the same from the same weights, "
                + "and its first losses must be handgrad's.";
    }

    @Override
    public String unit() {
        return "ms a step";
    }

    @Override
    public String own() {
        return "handgrad";
    }

    @Override
    public List<BenchmarkGroup> groups(Effort effort) {
        return Stream.of("1", "2")
                .map(threads -> new BenchmarkGroup(
                        "VggStepBenchmark",
                        Map.of("threads", List.of(threads)),
                        List.of("--sun-misc-unsafe-memory-access=allow"),
                        WARMUP))
                .toList();
    }

    @Override
    public Score score(BenchmarkResult result) {
        var row = row(
                result.parameter("normalization").equals("batch-norm"), Integer.parseInt(result.parameter("threads")));
        return result.score(row, result.method().equals("step") ? own() : result.method(), micros -> micros / 1e3);
    }

    /** The name of a row. */
    static String row(boolean batchNorm, int threads) {
        return "%s, %d %s"
                .formatted(batchNorm ? "VGG with BatchNorm" : "VGG", threads, threads == 1 ? "thread" : "threads");
    }

    @Override
    public int threads() {
        return 2;
    }

    @Override
    public List<Block> findings(ScoreTable table) {
        return List.of(
                StudyFindings.compare(table, "libtorch", "takes %s times as long as", own()),
                StudyFindings.chart(table, "A training step on images", "network", unit()));
    }
}
