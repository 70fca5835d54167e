package handgrad.jmh;

import handgrad.jmh.gpt.GptWorkload;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

/** What handgrad wants to reach, beside what was measured. */
final class Goals {
    private final List<Goal> goals = new ArrayList<>();

    private Goals() {}

    /**
     * A goal.
     *
     * @param measured as a ratio or with its unit
     */
    record Goal(String work, String goal, String measured, boolean met) {}

    /** The goals that the studies measured so far say something of. */
    static List<Goal> of(Map<String, ScoreTable> tables) {
        var goals = new Goals();
        var none = new ScoreTable(List.of());
        goals.peers(tables.getOrDefault("peers", none));
        goals.gpt(tables.getOrDefault("gpt", none));
        goals.images(tables.getOrDefault("images", none));
        goals.matmul(tables.getOrDefault("matmul", none));
        goals.memory(tables.getOrDefault("memory", none));
        goals.functions(tables.getOrDefault("functions", none));
        goals.allocation(tables.getOrDefault("step", none));
        return List.copyOf(goals.goals);
    }

    private void peers(ScoreTable table) {
        timeOf(table, "mlp-bn", "libtorch", 0.1);
        timeOf(table, "mlp-bn", "numpy", 0.2);
        timeOf(table, "mlp-bn", "c", 1.0);
        for (var model : List.of("deep", "backprop", "wavenet", "mlp-bn-1024-threads-2")) {
            timeOf(table, model, "libtorch", 0.2);
        }
        atLeast(
                "mlp-bn, batch 1024, hidden 1024: two threads beside one",
                1.8,
                table.value("mlp-bn-1024", "handgrad") / table.value("mlp-bn-1024-threads-2", "handgrad"));
    }

    private void timeOf(ScoreTable table, String workload, String peer, double limit) {
        double ratio = table.value(workload, "handgrad") / table.value(workload, peer);
        atMost("step of " + workload + ", time beside " + peer, limit, ratio);
    }

    /** Those beside libtorch and C were set for a CPU with AVX-512. */
    private void gpt(ScoreTable table) {
        for (var row : table.rows()) {
            atMost(
                    "step of " + row + ", time beside its matrix products",
                    1.5,
                    table.value(row, GptStudy.OWN) / table.value(row, GptStudy.PRODUCTS));
        }
        var makemore = GptWorkload.MAKEMORE.title();
        var nano = GptWorkload.NANO_CPU.title();
        var gpt2 = GptWorkload.GPT2.title();
        timeOf(table, makemore, "libtorch", 0.35);
        timeOf(table, nano, "libtorch", 0.6);
        timeOf(table, makemore, "c", 0.25);
        timeOf(table, nano, "c", 0.25);
        double own = table.value(gpt2, GptStudy.column(GptStudy.OWN, 2));
        atMost(
                "step of " + gpt2 + " on two threads, time beside c",
                0.3,
                own / table.value(gpt2, GptStudy.column("c", 2)));
        for (var row : table.rows()) {
            double pair = table.value(row, GptStudy.PAIR);
            atLeast(
                    "steps of " + row + " on two threads, speed beside two processes of one thread",
                    0.9,
                    pair / table.value(row, GptStudy.column(GptStudy.OWN, 2)));
        }
    }

    private void images(ScoreTable table) {
        for (boolean batchNorm : new boolean[] {false, true}) {
            for (int threads = 1; threads <= 2; threads++) {
                timeOf(table, ImagesStudy.row(batchNorm, threads), "libtorch", 1.5);
            }
        }
    }

    private void matmul(ScoreTable table) {
        var study = new MatmulStudy();
        var speeds = table.speeds(study);
        var shapes = " (" + speeds.size() + " shapes)";
        atLeast("routed matmul beside the best other, geometric mean" + shapes, 1, ScoreTable.geometricMean(speeds));
        atLeast("routed matmul beside the best other, worst shape" + shapes, 0.85, least(speeds));
        atLeast(
                "Java kernel beside OpenBLAS, worst square from 128 to 1024",
                0.95,
                least(table.where(
                                row -> MatmulProblem.isSquare(row) && MatmulProblem.flop(row) >= 2 * 128.0 * 128 * 128)
                        .ratios("java", "openblas")));
    }

    private void memory(ScoreTable table) {
        atLeast("loops over memory beside a copy, worst", 0.85, least(table.ratios("handgrad", "copy")));
    }

    private void functions(ScoreTable table) {
        for (var function : List.of("exp", "tanh")) {
            atLeast(
                    function + " in the cache, speed beside the JDK's",
                    1,
                    table.value(function, "jdk") / table.value(function, "handgrad"));
            double error = table.value(function, "handgrad" + FunctionStudy.ERROR);
            add(function + ", largest error in ulp", "at most 2.00", error, error <= 2);
        }
    }

    private void allocation(ScoreTable table) {
        var scores = table.scores().stream()
                .filter(score -> !Double.isNaN(score.allocated()))
                .toList();
        if (!scores.isEmpty()) {
            var most = scores.stream()
                    .max(Comparator.comparingDouble(Score::allocated))
                    .orElseThrow();
            boolean none = most.allocated() == 0;
            goals.add(new Goal(
                    "training steps, allocation",
                    "0 B",
                    none ? "0 B" : "%s B (%s)".formatted(StudyFindings.number(most.allocated()), most.row()),
                    none));
        }
    }

    private void atMost(String work, double goal, double measured) {
        add(work, "at most " + StudyFindings.ratio(goal), measured, measured <= goal);
    }

    private void atLeast(String work, double goal, double measured) {
        add(work, "at least " + StudyFindings.ratio(goal), measured, measured >= goal);
    }

    private void add(String work, String goal, double measured, boolean met) {
        if (!Double.isNaN(measured)) {
            goals.add(new Goal(work, goal, StudyFindings.number(measured), met));
        }
    }

    private static double least(List<ScoreTable.Ratio> ratios) {
        return ratios.stream()
                .flatMapToDouble(ratio -> DoubleStream.of(ratio.value()))
                .min()
                .orElse(Double.NaN);
    }
}
