package handgrad.jmh;

import handgrad.file.AtomicFile;
import handgrad.page.MarkedPart;
import handgrad.page.PageHtml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * Runs studies, all of them by default. A quick run keeps its figures in {@code jmh/target/bench}, a full run in
 * {@code jmh/results}, a file for each study as soon as it is done. From the figures of all studies there it makes one
 * page. A full run also writes the marked parts {@code goals} and {@code figures} of {@code jmh/RESULTS.md}, and the
 * row between the marks {@code speed} of the README. The working directory is the project's.
 */
public final class Bench {
    private static final String USAGE = """
            Usage: ./handgrad bench [--full] [STUDY...]
            Measures, prints tables and findings, and writes a page with the charts.

              --full     measure for figures to publish: five processes for each; keep them in jmh/results
              --report   measure nothing; write jmh/RESULTS.md, the README's row of speed and the page from jmh/results
              --list     list the studies, each with its question
              --help     show this help

            Studies (all by default):
            """;

    /** The options, for people; the launcher has the same list. */
    static final String OPTIONS = "--full, --report, --list, --help";

    /** The share of stolen time, and of the processors that do other work, from which on a figure is in doubt. */
    private static final double NOISE = 0.03;

    /** The spread of a score from which on it is in doubt. */
    private static final double SPREAD = 0.2;

    private static final Path MODULE = Path.of("jmh");
    private static final Path RESULTS = MODULE.resolve("results");
    private static final Path LEDGER = MODULE.resolve("RESULTS.md");
    private static final Path README = Path.of("README.md");

    /** The parts of the ledger and of the README that are written here. */
    private static final MarkedPart GOALS = new MarkedPart("goals");

    private static final MarkedPart FIGURES = new MarkedPart("figures");
    private static final MarkedPart SPEED = new MarkedPart("speed");
    private static final Path QUICK = MODULE.resolve("target/bench");

    /** The exit codes of the command line. */
    private static final int DONE = 0;

    private static final int FAILED = 1;
    private static final int WRONG_INPUT = 2;

    private Bench() {}

    /** Runs it; ends with an exit code. */
    public static void main(String... arguments) throws Exception {
        int code = run(List.of(arguments));
        if (System.out.checkError() && code == DONE) {
            System.err.println("bench: standard output cannot be written");
            code = FAILED;
        }
        System.exit(code);
    }

    static int run(List<String> arguments) throws IOException, InterruptedException {
        var effort = Effort.QUICK;
        var studies = new ArrayList<Study>();
        for (var argument : arguments) {
            if (List.of("--list", "--report").contains(argument) && arguments.size() > 1) {
                System.err.println("bench: %s measures nothing, leave the other arguments out".formatted(argument));
                return WRONG_INPUT;
            }
            switch (argument) {
                case "--help", "-h" -> {
                    IO.print(USAGE);
                    list();
                    return DONE;
                }
                case "--list" -> {
                    list();
                    return DONE;
                }
                case "--report" -> {
                    return report();
                }
                case "--full" -> effort = Effort.FULL;
                default -> {
                    var study = Studies.named(argument);
                    if (study.isEmpty()) {
                        var kind = argument.startsWith("-") ? "option" : "study";
                        var known = argument.startsWith("-") ? OPTIONS : Studies.names();
                        System.err.println("bench: unknown %s %s; there are: %s".formatted(kind, argument, known));
                        return WRONG_INPUT;
                    }
                    studies.add(study.get());
                }
            }
        }
        return measure(studies.isEmpty() ? Studies.ALL : studies, effort, String.join(" ", arguments));
    }

    private static void list() {
        Studies.ALL.forEach(study -> IO.println("  %-12s %s".formatted(study.title(), study.question())));
    }

    private static int report() throws IOException {
        try {
            if (Report.read(RESULTS).isEmpty()) {
                throw new StudyException("no figures in " + RESULTS + "; measure some with ./handgrad bench --full");
            }
        } catch (StudyException unusable) {
            System.err.println("bench: " + unusable.getMessage());
            return WRONG_INPUT;
        }
        writeReport(Effort.FULL);
        return DONE;
    }

    private static int measure(List<Study> studies, Effort effort, String arguments)
            throws IOException, InterruptedException {
        var expected = studies.stream()
                .mapToDouble(study -> study.expectedSeconds(effort))
                .sum();
        if (studies.size() > 1) {
            IO.println("all: about " + StudyProgress.words(expected));
        }
        int code = DONE;
        for (var study : studies) {
            try {
                var figures = figures(study, effort, arguments);
                figures.write(folder(effort).resolve(study.title() + ".json"));
                IO.println("\n" + Ledger.section(study, figures, figures.facts()));
            } catch (StudyException failure) {
                System.err.println("bench: " + study.title() + ": " + failure.getMessage());
                code = FAILED;
            }
        }
        try {
            writeReport(effort);
        } catch (StudyException unusable) {
            System.err.println("bench: the report is not written: " + unusable.getMessage());
            code = FAILED;
        }
        return code;
    }

    private static Path folder(Effort effort) {
        return effort == Effort.FULL ? RESULTS : QUICK;
    }

    private static Figures figures(Study study, Effort effort, String arguments) throws InterruptedException {
        var frequencies = MachineFacts.frequencies();
        var load = MachineFacts.load();
        var notes = new ArrayList<String>();
        var progress = new StudyProgress(study.title(), study.expectedSeconds(effort));
        var start = MachineFacts.Times.now();
        var scores = study.measure(effort, progress, notes);
        var end = MachineFacts.Times.now();
        progress.done();
        double stolen = end.stolenSince(start);
        double others = end.othersSince(start);
        notes.addAll(noise(stolen, others, scores));

        var facts = new LinkedHashMap<String, String>();
        var peers = System.getenv().getOrDefault("HANDGRAD_PEERS", "").isEmpty() ? "" : "HANDGRAD_PEERS=1 ";
        facts.put("command", (peers + "./handgrad bench " + arguments).trim());
        facts.put("date", LocalDate.now(ZoneOffset.UTC).toString());
        study.groups(effort).stream().findFirst().ifPresent(group -> facts.put("measured in", group.timing(effort)));
        facts.put("threads", Integer.toString(study.threads()));
        facts.putAll(MachineFacts.facts());
        if (!frequencies.isEmpty()) {
            facts.put("MHz before, after", frequencies + "; " + MachineFacts.frequencies());
        }
        if (!load.isEmpty()) {
            facts.put("load average before, after", load + "; " + MachineFacts.load());
        }
        facts.put("stolen time", "%.2f %%".formatted(100 * stolen));
        facts.put("processors busy with other work", "%.2f".formatted(others));
        return new Figures(study.title(), facts, notes, scores);
    }

    /** What casts doubt on the figures, in words. */
    static List<String> noise(double stolen, double others, List<Score> scores) {
        var notes = new ArrayList<String>();
        if (stolen > NOISE) {
            notes.add(Figures.NOISY + "the hypervisor took %.0f %% of the time.".formatted(100 * stolen));
        }
        if (others > NOISE * Runtime.getRuntime().availableProcessors()) {
            notes.add(Figures.NOISY + "other work kept %.2f processors busy meanwhile.".formatted(others));
        }
        var apart = scores.stream().filter(score -> score.spread() > SPREAD).toList();
        if (!apart.isEmpty()) {
            var most = apart.stream()
                    .max(Comparator.comparingDouble(Score::spread))
                    .orElseThrow();
            notes.add(Figures.NOISY
                    + ("%d figures differ between processes, or samples of one, by more than %.0f %%, "
                                    + "most %s, %s: by %.0f %%.")
                            .formatted(apart.size(), 100 * SPREAD, most.row(), most.column(), 100 * most.spread()));
        }
        return notes;
    }

    private static void writeReport(Effort effort) throws IOException {
        var all = Report.read(folder(effort));
        if (all.isEmpty()) {
            return;
        }
        if (effort == Effort.FULL) {
            write(LEDGER, GOALS, Ledger.goals(all));
            write(LEDGER, FIGURES, Ledger.figures(all));
            var speed = Ledger.speed(all);
            if (!speed.isEmpty()) {
                write(README, SPEED, speed);
            }
        }
        Files.createDirectories(QUICK);
        var page = QUICK.resolve(effort == Effort.FULL ? "full.html" : "quick.html");
        AtomicFile.write(page, PageHtml.text(Report.page(all)));
        IO.println("written: " + page);
    }

    /** Writes a marked part of a file and leaves the rest as it is. */
    private static void write(Path file, MarkedPart part, String content) throws IOException {
        var text = part.replace(Files.readString(file), content);
        if (text.isPresent()) {
            AtomicFile.write(file, text.get());
            IO.println("written: the %s in %s".formatted(part.name(), file));
        } else {
            System.err.println("bench: the %s are not in %s: it wants the lines %s and, below it, %s, once each"
                    .formatted(part.name(), file, part.begin(), part.end()));
        }
    }
}
