package handgrad.jmh;

import handgrad.blas.OpenBlas;
import handgrad.jmh.peer.Library;
import handgrad.jmh.peer.PeerProcess;
import handgrad.jmh.peer.Workload;
import handgrad.jmh.peer.WorkloadFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Question: how fast is a training step of handgrad beside the same step by other libraries, by NumPy and by C?
 *
 * <p>Method: the same first weights, the same batches in the same order, float32, the same number of threads. Each
 * measurement is a process of its own, one at a time; the libraries take turns, so that a machine that slows down hurts
 * all of them. A time counts only if the first ten losses are those of handgrad; otherwise the study fails. NumPy and C
 * multiply with the very OpenBLAS that handgrad uses. Where gcc or Python with NumPy is missing, a note says so.
 */
public final class Peers {
    /** How far a loss may be from handgrad's. */
    private static final double TOLERANCE = 1e-4;

    /**
     * The system's own, whose NumPy takes the BLAS that the loader gives it; the one of a wheel has a BLAS built in.
     */
    private static final String PYTHON = "/usr/bin/python3";

    private static final Path SOURCES = Path.of("jmh/peers");
    private static final Path WORK = Path.of("jmh/target/bench/peers");

    private Peers() {}

    /** What one process printed. */
    private record Output(String version, List<Double> losses, List<Double> steps) {}

    /** The commands that train a workload, by title; handgrad's is the first. */
    private static Map<String, List<String>> commands(Workload workload, List<String> programs) throws IOException {
        var commands = new LinkedHashMap<String, List<String>>();
        for (var library : Library.all()) {
            if (library.supports(workload)) {
                commands.put(
                        library.title(),
                        Programs.java(List.of(), PeerProcess.class, library.title(), workload.title()));
            }
        }
        if (WorkloadFile.holds(workload)) {
            var file = WORK.resolve(workload.title() + ".bin");
            WorkloadFile.write(workload, file);
            if (programs.contains("c")) {
                commands.put("c", List.of(WORK.resolve("step").toString(), file.toString()));
            }
            if (programs.contains("numpy")) {
                commands.put("numpy", List.of(PYTHON, SOURCES.resolve("step.py").toString(), file.toString()));
            }
        }
        return commands;
    }

    /** Compares them all. */
    public static List<Score> run(Effort effort, List<String> notes) {
        try {
            Files.createDirectories(WORK);
            var programs = programs(notes);
            var scores = new ArrayList<Score>();
            var versions = new LinkedHashMap<String, String>();
            for (var workload : Workload.values()) {
                scores.addAll(run(workload, effort, commands(workload, programs), versions));
            }
            versions.forEach((title, version) -> notes.add(title + ": " + version));
            return scores;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static List<Score> run(
            Workload workload, Effort effort, Map<String, List<String>> commands, Map<String, String> versions)
            throws IOException {
        var samples = new LinkedHashMap<String, List<Double>>();
        List<Double> losses = List.of();
        for (int fork = 0; fork < effort.forks(); fork++) {
            for (var command : commands.entrySet()) {
                var title = command.getKey();
                var output = start(workload, effort, title, command.getValue());
                losses = losses.isEmpty() ? output.losses() : losses;
                requireEqual(workload, title, losses, output.losses());
                versions.put(title, output.version());
                samples.computeIfAbsent(title, _ -> new ArrayList<>()).addAll(output.steps());
                IO.println("%s %s: %s µs".formatted(workload.title(), title, output.steps()));
            }
        }
        var scores = new ArrayList<Score>();
        samples.forEach((title, steps) -> scores.add(Score.of(
                workload.title(),
                title,
                steps.stream().mapToDouble(Double::doubleValue).toArray())));
        return scores;
    }

    private static Output start(Workload workload, Effort effort, String title, List<String> command)
            throws IOException {
        var builder = Programs.builder(Programs.timed(command, effort), workload.threads());
        if (title.equals("numpy")) {
            builder.environment().put("LD_PRELOAD", openBlas().toString());
        }
        var lines = Programs.output(builder, title + " on " + workload.title());
        return new Output(
                Programs.values(lines, "version").stream().findFirst().orElse("version unknown"),
                Programs.numbers(lines, "loss"),
                Programs.numbers(lines, "step"));
    }

    private static void requireEqual(Workload workload, String title, List<Double> ours, List<Double> theirs) {
        if (theirs.size() != PeerProcess.LOSSES) {
            throw new IllegalStateException(title + " on " + workload.title() + ": printed " + theirs.size()
                    + " losses, not " + PeerProcess.LOSSES);
        }
        for (int i = 0; i < ours.size(); i++) {
            if (!(Math.abs(ours.get(i) - theirs.get(i)) <= TOLERANCE)) {
                throw new IllegalStateException(
                        "%s on %s: the loss of step %d is %.6f, handgrad's is %.6f; it computes something else"
                                .formatted(title, workload.title(), i, theirs.get(i), ours.get(i)));
            }
        }
    }

    /** Compiles the C program and looks for NumPy. */
    private static List<String> programs(List<String> notes) throws IOException {
        var programs = new ArrayList<String>();
        if (!OpenBlas.isAvailable()) {
            notes.add("C and NumPy are left out: OpenBLAS is " + OpenBlas.description());
            return programs;
        }
        if (Programs.isThere("gcc", "--version")) {
            var library = openBlas();
            Programs.output(
                    new ProcessBuilder(
                            "gcc",
                            "-O3",
                            "-march=native",
                            "-ffast-math",
                            SOURCES.resolve("step.c").toString(),
                            library.toString(),
                            "-Wl,-rpath," + library.getParent(),
                            "-lm",
                            "-o",
                            WORK.resolve("step").toString()),
                    "gcc");
            programs.add("c");
        } else {
            notes.add("C is left out: there is no gcc.");
        }
        if (Programs.isThere(PYTHON, "-c", "import numpy")) {
            programs.add("numpy");
        } else {
            notes.add("NumPy is left out: " + PYTHON + " cannot import it.");
        }
        return programs;
    }

    /** The file of the OpenBLAS that is loaded here, as Linux lists it among the mappings of this process. */
    private static Path openBlas() throws IOException {
        try (var mappings = Files.lines(Path.of("/proc/self/maps"))) {
            return mappings.filter(line -> line.contains("/libopenblas"))
                    .map(line -> Path.of(line.substring(line.indexOf('/'))))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no mapping of OpenBLAS: " + OpenBlas.description()));
        }
    }
}
