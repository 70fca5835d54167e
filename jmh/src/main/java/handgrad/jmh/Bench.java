package handgrad.jmh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Runs studies: {@code [--full] [STUDY...]}, all of them by default. A quick run prints its tables and keeps them in
 * {@code jmh/target/bench}. A full run keeps them in {@code jmh/results} and writes the ledger, {@code jmh/RESULTS.md},
 * from all that is there. The working directory is the project's.
 */
public final class Bench {
    /** The share of stolen time, and the processors busy before a study begins, from which on a figure is in doubt. */
    private static final double NOISE = 0.02;

    private static final Path MODULE = Path.of("jmh");

    private Bench() {}

    /** Runs it. */
    public static void main(String... arguments) throws Exception {
        var words = List.of(arguments);
        if (words.contains("--help")) {
            IO.println("Usage: ./handgrad bench [--full] [STUDY...]");
            Arrays.stream(Study.values())
                    .forEach(study -> IO.println("  %-10s %s".formatted(study.title(), study.question())));
            return;
        }
        var effort = words.contains("--full") ? Effort.FULL : Effort.QUICK;
        var named = words.stream()
                .filter(word -> !word.equals("--full"))
                .map(Study::named)
                .toList();
        var folder = MODULE.resolve(effort == Effort.FULL ? "results" : "target/bench");
        for (var study : named.isEmpty() ? List.of(Study.values()) : named) {
            var figures = run(study, effort, String.join(" ", arguments));
            figures.write(folder.resolve(study.title() + ".json"));
            IO.println("\n" + section(study, figures));
        }
        if (effort == Effort.FULL) {
            writeLedger(folder);
        }
    }

    private static Figures run(Study study, Effort effort, String arguments) throws InterruptedException {
        var notes = new ArrayList<String>();
        double busy = busyBefore();
        if (busy > NOISE * Runtime.getRuntime().availableProcessors()) {
            notes.add("Noisy: %.2f processors were busy with other work when the study began.".formatted(busy));
        }
        var start = Machine.Times.now();
        var scores = study.run(effort, notes);
        double stolen = Machine.Times.now().stolenSince(start);
        if (stolen > NOISE) {
            notes.add("Noisy: the hypervisor took %.1f %% of the time.".formatted(100 * stolen));
        }
        var facts = new LinkedHashMap<String, String>();
        facts.put("command", ("./handgrad bench " + arguments).trim());
        facts.put(
                "effort",
                "%d processes for each figure, each with %d s of warm-up and %d iterations of %.1f s"
                        .formatted(effort.forks(), effort.warmups(), effort.iterations(), effort.seconds()));
        facts.put("date", LocalDate.now(java.time.ZoneOffset.UTC).toString());
        facts.putAll(Machine.facts());
        facts.put("stolen time", "%.2f %%".formatted(100 * stolen));
        return new Figures(study.title(), facts, notes, scores);
    }

    /** How many processors other work keeps busy, over half a second in which this process does nothing. */
    private static double busyBefore() throws InterruptedException {
        var start = Machine.Times.now();
        Thread.sleep(500);
        return Machine.Times.now().busySince(start);
    }

    private static String section(Study study, Figures figures) {
        var text = new StringBuilder("## " + study.title() + "\n\n" + study.question() + "\n\n");
        text.append(figures.table(study));
        figures.notes().forEach(note -> text.append("\n").append(note).append("\n"));
        text.append("\n<details><summary>Measured on</summary>\n\n");
        figures.facts()
                .forEach((name, value) -> text.append("- ")
                        .append(name)
                        .append(": ")
                        .append(value)
                        .append("\n"));
        return text.append("\n</details>\n").toString();
    }

    private static void writeLedger(Path folder) throws IOException {
        var text = new StringBuilder("""
                # Results

                The newest full figures, written by `./handgrad bench --full`. A figure is the median of the samples of
                all processes; the samples' range is in `jmh/results`. Ratios above 1 are in handgrad's favour.

                """);
        for (var study : Study.values()) {
            var file = folder.resolve(study.title() + ".json");
            if (Files.exists(file)) {
                text.append(section(study, Figures.read(file))).append("\n");
            }
        }
        Files.writeString(MODULE.resolve("RESULTS.md"), text.toString().stripTrailing() + "\n");
        IO.println("written: " + MODULE.resolve("RESULTS.md"));
    }
}
