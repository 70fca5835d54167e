package handgrad.jmh;

import handgrad.jmh.gpt.GptFile;
import handgrad.jmh.gpt.GptPeer;
import handgrad.jmh.gpt.GptProcess;
import handgrad.jmh.gpt.GptWorkload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Measures the training steps of the study {@code gpt}, each in a process of its own, in turn. A time counts only if
 * the first losses are those of handgrad; otherwise the study fails.
 */
final class GptPeers {
    /** How far a loss may be from handgrad's, as a share of it. */
    private static final double TOLERANCE = 1e-3;

    private static final double MICROS = 1e3;
    private static final double MEGABYTE = 1e6;

    /**
     * The heap of a process in units of weights, gradients and moments, and bytes besides: with room for the operands
     * of the products, and about the least in which steps run.
     */
    private static final double ROOM = 2;

    private static final double LITTLE_ROOM = 1.5;
    private static final double LEAST_HEAP = 3e8;
    private static final Path SOURCE = Path.of("jmh/peers/gpt.c");
    private static final Path WORK = Path.of("jmh/target/bench/gpt");

    private final Effort effort;
    private final StudyProgress progress;
    private final Map<String, String> versions = new LinkedHashMap<>();
    private final List<Score> scores = new ArrayList<>();
    private final int mostThreads = Math.min(2, Runtime.getRuntime().availableProcessors());
    private final boolean hasC;

    // Of the workload that is measured.
    private final Map<String, List<double[]>> samples = new LinkedHashMap<>();
    private List<Double> losses = List.of();

    private GptPeers(Effort effort, StudyProgress progress, List<String> notes) throws IOException {
        this.effort = effort;
        this.progress = progress;
        Files.createDirectories(WORK);
        hasC = compiled(notes);
        if (mostThreads < 2) {
            notes.add("Two threads and two processes are left out: there is one processor.");
        }
    }

    /** Measures all workloads. */
    static List<Score> run(Effort effort, StudyProgress progress, List<String> notes) {
        try {
            var peers = new GptPeers(effort, progress, notes);
            for (var workload : GptWorkload.values()) {
                peers.measure(workload);
            }
            peers.versions.forEach((title, version) -> notes.add(title + ": " + version));
            return peers.scores;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void measure(GptWorkload workload) throws IOException {
        samples.clear();
        losses = List.of();
        var file = WORK.resolve(workload.title() + ".bin");
        if (hasC) {
            GptFile.write(workload, file);
        }
        for (int fork = 0; fork < effort.forks(); fork++) {
            handgrad(workload, 1);
            for (var peer : GptPeer.all()) {
                if (!peer.title().equals(GptStudy.OWN)) {
                    time(workload, peer.title(), 1, java(workload, peer.title(), 1, ROOM));
                }
            }
            for (int threads = 1; threads <= mostThreads; threads++) {
                if (threads > 1) {
                    handgrad(workload, threads);
                    pair(workload);
                }
                if (hasC) {
                    var program = WORK.resolve("gpt").toString();
                    time(workload, "c", threads, List.of(program, file.toString(), Integer.toString(threads)));
                }
            }
        }
        Files.deleteIfExists(file);
        samples.forEach((column, forks) -> scores.add(Score.of(workload.title(), column, forks, Double.NaN)));
    }

    /** Measures a peer. */
    private List<String> time(GptWorkload workload, String title, int threads, List<String> command)
            throws IOException {
        var what = title + " on " + workload.title();
        var lines = Programs.output(Programs.builder(Programs.timed(command, effort), threads), what);
        require(workload, title, lines);
        add(GptStudy.column(title, threads), milliseconds(lines, "step"));
        return lines;
    }

    /** Measures handgrad and its products. */
    private void handgrad(GptWorkload workload, int threads) throws IOException {
        var lines = time(workload, GptStudy.OWN, threads, java(workload, GptStudy.OWN, threads, ROOM));
        add(GptStudy.column(GptStudy.PRODUCTS, threads), milliseconds(lines, "products"));
    }

    /** The command of a library, whose heap is bounded by so many times the state of a training. */
    private static List<String> java(GptWorkload workload, String title, int threads, double states) {
        long heap = Math.round((states * workload.stateBytes() + LEAST_HEAP) / MEGABYTE);
        return Programs.java(
                List.of("-Xmx" + heap + "m"), GptProcess.class, title, workload.title(), Integer.toString(threads));
    }

    /**
     * Measures two processes of handgrad on one thread each at the same time, with little heap: what they take for a
     * step together, and the memory of one.
     */
    private void pair(GptWorkload workload) throws IOException {
        var what = "one of two processes on " + workload.title();
        var command = Programs.timed(java(workload, GptStudy.OWN, 1, LITTLE_ROOM), effort);
        var times = new ArrayList<double[]>();
        try (var first = new WaitingProgram(Programs.builder(command, 1), what);
                var second = new WaitingProgram(Programs.builder(command, 1), what)) {
            first.awaitReady();
            second.awaitReady();
            first.go();
            second.go();
            for (var program : List.of(first, second)) {
                var lines = program.rest();
                require(workload, GptStudy.OWN, lines);
                times.add(milliseconds(lines, "step"));
                Programs.numbers(lines, "peak").forEach(peak -> add(GptStudy.PEAK, peak / MEGABYTE));
            }
        }
        add(GptStudy.PAIR, together(times.getFirst(), times.getLast()));
        add(GptStudy.STATE, workload.stateBytes() / MEGABYTE);
    }

    /** The time a step of two that work at once: 1 / (1/a + 1/b), iteration by iteration. */
    static double[] together(double[] a, double[] b) {
        return IntStream.range(0, Math.min(a.length, b.length))
                .mapToDouble(i -> 1 / (1 / a[i] + 1 / b[i]))
                .toArray();
    }

    private void add(String column, double... values) {
        samples.computeIfAbsent(column, _ -> new ArrayList<>()).add(values);
        progress.show();
    }

    private static double[] milliseconds(List<String> lines, String key) {
        return Programs.numbers(lines, key).stream()
                .mapToDouble(micros -> micros / MICROS)
                .toArray();
    }

    private void require(GptWorkload workload, String title, List<String> lines) {
        versions.putIfAbsent(
                title, Programs.values(lines, "version").stream().findFirst().orElse("version unknown"));
        var theirs = Programs.numbers(lines, "loss");
        if (losses.isEmpty()) {
            losses = theirs;
        }
        requireLosses(title + " on " + workload.title(), workload.losses(), losses, theirs);
    }

    /** Refuses losses that are not handgrad's. */
    static void requireLosses(String what, int count, List<Double> ours, List<Double> theirs) {
        if (theirs.size() != count || ours.size() != count) {
            throw new StudyException(what + ": printed " + theirs.size() + " losses, not " + count);
        }
        for (int i = 0; i < count; i++) {
            if (!(Math.abs(ours.get(i) - theirs.get(i)) <= TOLERANCE * Math.abs(ours.get(i)))) {
                throw new StudyException(
                        "%s: the loss of step %d is %.6f, handgrad's is %.6f; it computes something else"
                                .formatted(what, i, theirs.get(i), ours.get(i)));
            }
        }
    }

    /** Compiles the C program, if there is a gcc. */
    private static boolean compiled(List<String> notes) throws IOException {
        if (!Programs.isThere("gcc", "--version")) {
            notes.add("C is left out: there is no gcc.");
            return false;
        }
        Programs.output(
                new ProcessBuilder(
                                "gcc",
                                "-O3",
                                "-march=native",
                                "-ffast-math",
                                "-fopenmp",
                                SOURCE.toString(),
                                "-lm",
                                "-o",
                                WORK.resolve("gpt").toString())
                        .redirectErrorStream(true),
                "gcc");
        return true;
    }
}
