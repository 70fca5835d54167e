package handgrad.jmh;

import handgrad.jmh.gpt.GptWorkload;
import handgrad.page.Block;
import handgrad.page.Block.Sentence;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Training steps of transformers. */
final class GptStudy implements Study {
    /** The columns. */
    static final String OWN = "handgrad";

    static final String PRODUCTS = "products";
    static final String PAIR = "two processes";
    static final String PEAK = "peak, MB";
    static final String STATE = "training state, MB";

    /** What a process takes to start, for all workloads and columns together, and what the slow steps take besides. */
    private static final double SECONDS_OF_A_FORK = 300;

    private static final int PROCESSES = 6;

    @Override
    public String title() {
        return "gpt";
    }

    @Override
    public String question() {
        return "How long does a training step of a GPT take beside libtorch and C, and beside its matrix products"
                + " alone?";
    }

    @Override
    public String method() {
        return "A step is forward, cross-entropy, backward and AdamW, on batches of random tokens: makemore's "
                + "transformer on 32 x 16, nanoGPT's for a CPU on 12 x 64, GPT-2 with 124 million parameters on 4 x "
                + "64. Each measurement is a process of its own; they take turns. A time counts only if the first "
                + "losses are those of handgrad. The products are those of the step alone, at their sizes and by their "
                + "routes, in handgrad's process after its steps. libtorch has its fused attention and AdamW; C is "
                + "written by hand, without a BLAS. Two processes are two of handgrad on one thread each, at the same "
                + "time; their time is that of a step of either.";
    }

    @Override
    public String unit() {
        return "ms a step";
    }

    @Override
    public String own() {
        return OWN;
    }

    @Override
    public boolean isRival(String column) {
        return column.equals("libtorch") || column.equals("c");
    }

    @Override
    public int threads() {
        return 2;
    }

    @Override
    public List<BenchmarkGroup> groups(Effort effort) {
        return List.of();
    }

    @Override
    public Score score(BenchmarkResult result) {
        throw new IllegalStateException("the steps of a GPT are measured in processes of their own");
    }

    @Override
    public double expectedSeconds(Effort effort) {
        double process = effort.warmups() + effort.iterations() * effort.seconds();
        return effort.forks() * (SECONDS_OF_A_FORK + GptWorkload.values().length * PROCESSES * process);
    }

    @Override
    public List<Score> measure(Effort effort, StudyProgress progress, List<String> notes) {
        return GptPeers.run(effort, progress, notes);
    }

    /** The name of a column. */
    static String column(String title, int threads) {
        return threads == 1 ? title : title + ", " + threads + " threads";
    }

    @Override
    public List<Block> findings(ScoreTable table) {
        var times = new ScoreTable(table.scores().stream()
                .filter(score -> !score.column().equals(PEAK) && !score.column().equals(STATE))
                .toList());
        var blocks = new ArrayList<Block>();
        blocks.add(Report.medians(this, times));
        var own2 = column(OWN, 2);
        Stream.of(
                        compare(times, OWN, PRODUCTS),
                        compare(times, OWN, "libtorch"),
                        compare(times, OWN, "c"),
                        compare(times, own2, column(PRODUCTS, 2)),
                        compare(times, own2, column("c", 2)),
                        compare(times, own2, PAIR))
                .forEach(blocks::add);
        table.rows().stream()
                .filter(row -> !Double.isNaN(table.value(row, PEAK)))
                .map(row -> memory(row, table.value(row, PEAK), table.value(row, STATE)))
                .forEach(blocks::add);
        blocks.add(StudyFindings.chart(times, "A training step of a GPT", "model", unit()));
        return blocks;
    }

    private static Sentence compare(ScoreTable table, String column, String other) {
        return StudyFindings.compare(table, column, "takes %s times as long as", other);
    }

    private static Sentence memory(String row, double peak, double state) {
        return Sentence.plain(
                "%s: a process of handgrad has %s MB resident at most; weights, gradients and both moments are %s MB."
                        .formatted(row, StudyFindings.number(peak), StudyFindings.number(state)));
    }
}
