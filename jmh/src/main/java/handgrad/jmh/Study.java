package handgrad.jmh;

import handgrad.jmh.peer.Peers;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A question that is answered by measuring, as {@code ./handgrad bench} lists them. */
public enum Study {
    /** Training steps of every lecture model. */
    STEP(
            "step",
            "How long does a training step of each lecture model take on one thread?",
            "µs a step",
            "",
            "",
            false) {
        @Override
        List<Score> run(Effort effort, List<String> notes) {
            return Jmh.run(
                    TrainingStepBenchmark.class.getSimpleName(),
                    effort,
                    Map.of(),
                    (result, samples) -> Score.of(result.getParam("model"), "handgrad", samples));
        }
    },
    /** Training steps against other libraries. */
    PEERS(
            "peers",
            "How fast is a training step beside other libraries, with the same weights, batches and threads?",
            "µs a step",
            "best other / handgrad",
            "handgrad",
            false) {
        @Override
        List<Score> run(Effort effort, List<String> notes) {
            return Peers.run(effort, notes);
        }
    },
    /** Matrix products over a grid of shapes. */
    MATMUL(
            "matmul",
            "How fast are matrix products of each shape (m x k x n) on one thread?",
            "GFLOP/s",
            "routed / best other",
            "routed",
            true) {
        @Override
        List<Score> run(Effort effort, List<String> notes) {
            var shapes = effort == Effort.QUICK
                    ? Map.of("shape", MatmulProblem.QUICK_SHAPES)
                    : Map.<String, List<String>>of();
            return Jmh.run("MatmulBenchmark", effort, shapes, (result, samples) -> {
                var shape = result.getParam("shape");
                double gigaflop = MatmulProblem.flop(shape) / 1e9;
                return Score.of(
                        shape,
                        result.method(),
                        Arrays.stream(samples)
                                .map(micros -> gigaflop / (micros / 1e6))
                                .toArray());
            });
        }

        // The Java kernel is a part of the routed product, not a rival of it.
        @Override
        boolean isRival(String column) {
            return !column.equals("java");
        }
    },
    /** Loops over arrays that do not fit into a cache. */
    MEMORY(
            "memory",
            "What share of the bandwidth of a copy do elementwise loops and sums over 64 MB arrays get, on one thread?",
            "GB/s read and written",
            "handgrad / copy",
            "handgrad",
            true) {
        @Override
        List<Score> run(Effort effort, List<String> notes) {
            var all = Jmh.run(MemoryBenchmark.class.getSimpleName(), effort, Map.of(), (result, samples) -> {
                double gigabytes = MemoryBenchmark.bytes(result.method()) / 1e9;
                return Score.of(
                        result.method(),
                        "handgrad",
                        Arrays.stream(samples)
                                .map(micros -> gigabytes / (micros / 1e6))
                                .toArray());
            });
            var copy = all.stream()
                    .filter(score -> score.row().equals("copy"))
                    .findFirst()
                    .orElseThrow();
            return all.stream()
                    .filter(score -> !score.row().equals("copy"))
                    .flatMap(score -> java.util.stream.Stream.of(
                            score, new Score(score.row(), "copy", copy.median(), copy.low(), copy.high())))
                    .collect(Collectors.toList());
        }
    },
    /** exp and tanh. */
    FUNCTIONS(
            "functions",
            "How fast and how accurate are exp and tanh over an array in the cache, beside the JDK's lanewise ones?",
            "ns an element",
            "JDK / handgrad",
            "handgrad",
            false) {
        @Override
        List<Score> run(Effort effort, List<String> notes) {
            notes.addAll(FunctionBenchmark.accuracy());
            return Jmh.run(
                    FunctionBenchmark.class.getSimpleName(),
                    effort,
                    Map.of(),
                    (result, samples) -> Score.of(
                            result.getParam("function"),
                            result.method(),
                            Arrays.stream(samples)
                                    .map(micros -> micros * 1e3 / FunctionBenchmark.N)
                                    .toArray()));
        }
    };

    private final String title;
    private final String question;
    private final String unit;
    private final String ratioTitle;
    private final String own;
    private final boolean higherIsBetter;

    Study(String title, String question, String unit, String ratioTitle, String own, boolean higherIsBetter) {
        this.title = title;
        this.question = question;
        this.unit = unit;
        this.ratioTitle = ratioTitle;
        this.own = own;
        this.higherIsBetter = higherIsBetter;
    }

    /** Measures; what is found in words goes to the notes. */
    abstract List<Score> run(Effort effort, List<String> notes);

    /** Whether a column is one that ours is compared with. */
    boolean isRival(String column) {
        return true;
    }

    /** The name on the command line. */
    public String title() {
        return title;
    }

    /** The question that it answers. */
    public String question() {
        return question;
    }

    String unit() {
        return unit;
    }

    String ratioTitle() {
        return ratioTitle;
    }

    /** How many times as fast as the best other column ours is; NaN where there is nothing to compare. */
    double ratio(Map<String, Double> cells) {
        var ours = cells.get(own);
        var others = cells.entrySet().stream()
                .filter(cell -> !cell.getKey().equals(own) && isRival(cell.getKey()))
                .mapToDouble(Map.Entry::getValue);
        if (ours == null) {
            return Double.NaN;
        }
        return higherIsBetter
                ? ours / others.max().orElse(Double.NaN)
                : others.min().orElse(Double.NaN) / ours;
    }

    /** The study of a name. */
    public static Study named(String title) {
        return Arrays.stream(values())
                .filter(study -> study.title.equals(title))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown study " + title + "; there are "
                        + Arrays.stream(values()).map(Study::title).collect(Collectors.joining(", "))));
    }
}
