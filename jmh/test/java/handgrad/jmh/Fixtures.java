package handgrad.jmh;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Figures as studies leave them, of a machine that never was. */
final class Fixtures {
    private Fixtures() {}

    /** A cell of three samples around a value, from each of two processes. */
    static Score score(String row, String column, double value) {
        return score(row, column, value, 0);
    }

    /** The same of work that makes {@code allocated} bytes of objects. */
    static Score score(String row, String column, double value, double allocated) {
        return Score.of(
                row,
                column,
                List.of(new double[] {value, 0.99 * value}, new double[] {value, 1.01 * value}),
                allocated);
    }

    static Figures figures(String study, Score... scores) {
        return new Figures(study, Map.of("CPU", "none"), List.of(), List.of(scores));
    }

    /** Every study, each with two rows and two columns at least, as its own scores name them. */
    static Map<Study, Figures> all() {
        var all = new LinkedHashMap<Study, Figures>();
        for (var study : Studies.ALL) {
            all.put(study, new Figures(study.title(), Map.of("CPU", "none"), List.of(), scores(study.title())));
        }
        return all;
    }

    private static List<Score> scores(String study) {
        return switch (study) {
            case "roofline" -> roofline();
            case "step" -> grid(List.of("mlp-bn", "deep"), List.of("handgrad"));
            case "peers" -> peers();
            case "gpt" -> gpt();
            case "images" -> List.of(score("VGG, 1 thread", "handgrad", 16), score("VGG, 1 thread", "libtorch", 10));
            case "matmul" ->
                List.of(
                        score("16x16x16 NN", "java", 30),
                        score("16x16x16 NN", "openblas", 20),
                        score("16x16x16 NN", "routed", 30),
                        score("32x30x200 NN", "java", 70),
                        score("32x30x200 NN", "openblas", 80),
                        score("32x30x200 NN", "routed", 76),
                        score("256x256x256 NN", "java", 96),
                        score("256x256x256 NN", "openblas", 100),
                        score("256x256x256 NN", "routed", 100));
            case "memory" ->
                List.of(
                        score("add", "handgrad", 9),
                        score("add", "copy", 10),
                        score("exp", "handgrad", 8),
                        score("exp", "copy", 10));
            case "functions" ->
                List.of(
                        score("exp", "handgrad", 0.1),
                        score("exp", "jdk", 0.2),
                        score("tanh", "handgrad", 0.3),
                        score("tanh", "jdk", 0.6),
                        score("exp", "handgrad" + FunctionStudy.ERROR, 1),
                        score("exp", "jdk" + FunctionStudy.ERROR, 0.75),
                        score("tanh", "handgrad" + FunctionStudy.ERROR, 2.5),
                        score("tanh", "jdk" + FunctionStudy.ERROR, 0.75));
            case "storage" -> grid(List.of("multiply", "sum"), List.of("array", "segment"));
            case "alignment" -> grid(List.of("0", "4", "32"), List.of("multiply, array", "sum, array"));
            case "tails" -> grid(List.of("27", "100"), List.of("scalar tail", "masked", "padded"));
            case "width" -> grid(List.of("exp", "sum"), List.of("128 bits", "256 bits"));
            case "accumulators" -> grid(List.of("8", "4", "1", "2"), List.of("8 KB", "64 MB"));
            case "fusion" -> grid(List.of("tanh, cache", "tanh, memory"), List.of("fused", "separate"));
            case "ffm" ->
                grid(
                        List.of("get_num_threads", "sdot 0", "sdot 16", "sgemm 4"),
                        List.of("ordinary", "ordinary, copied", "critical", "critical, heap", "Java"));
            case "threads" -> grid(List.of("1", "2"), List.of("dispatch", "memory", "product", "step"));
            default -> throw new IllegalArgumentException("no fixture for " + study);
        };
    }

    private static List<Score> peers() {
        var scores = new ArrayList<Score>();
        for (var model : List.of("mlp-bn", "mlp-bn-1024", "mlp-bn-1024-threads-2", "deep", "backprop", "wavenet")) {
            scores.add(score(model, "handgrad", model.equals("mlp-bn-1024-threads-2") ? 20 : 40));
            scores.add(score(model, "libtorch", 380));
            scores.add(score(model, "numpy", 190));
            scores.add(score(model, "c", 37));
        }
        return scores;
    }

    private static List<Score> gpt() {
        var scores = new ArrayList<Score>();
        for (var model : List.of("makemore", "nanogpt", "gpt2-124m")) {
            scores.add(score(model, "handgrad", 12));
            scores.add(score(model, "products", model.equals("makemore") ? 6 : 10));
            scores.add(score(model, "peak, MB", 2_500));
            scores.add(score(model, "training state, MB", 1_991));
            scores.add(score(model, "libtorch", 40));
            scores.add(score(model, "c", 60));
            scores.add(score(model, "handgrad, 2 threads", 8));
            scores.add(score(model, "products, 2 threads", 5));
            scores.add(score(model, "two processes", 6));
            scores.add(score(model, "c, 2 threads", 32));
        }
        return scores;
    }

    private static List<Score> roofline() {
        var scores = new ArrayList<Score>();
        scores.add(score("peak", "GFLOP/s", 100));
        int[] kilobytes = {16, 512, 262_144};
        double[] bandwidths = {200, 100, 20};
        for (int i = 0; i < kilobytes.length; i++) {
            scores.add(score("copy within " + kilobytes[i] + " KB", "GB/s", bandwidths[i]));
            scores.add(score("copy within " + kilobytes[i] + " KB", "KB touched", kilobytes[i]));
        }
        kernel(scores, "add, lecture", 5, 1 / 12.0, 75);
        kernel(scores, "add, large", 1, 1 / 12.0, 200_000);
        kernel(scores, "matmul, lecture", 80, 7, 50);
        return scores;
    }

    private static void kernel(List<Score> scores, String row, double speed, double intensity, double kilobytes) {
        scores.add(score(row, "GFLOP/s", speed));
        scores.add(score(row, "FLOP a byte", intensity));
        scores.add(score(row, "KB touched", kilobytes));
    }

    /** The value of row i and column j, both counted from 1, is i + j. */
    private static List<Score> grid(List<String> rows, List<String> columns) {
        var scores = new ArrayList<Score>();
        for (int i = 0; i < rows.size(); i++) {
            for (int j = 0; j < columns.size(); j++) {
                scores.add(score(rows.get(i), columns.get(j), i + j + 2));
            }
        }
        return scores;
    }
}
