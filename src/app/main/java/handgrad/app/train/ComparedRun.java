package handgrad.app.train;

import handgrad.app.command.JsonObject;
import handgrad.app.command.UserFile;
import handgrad.app.command.WrongInputException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A run as it is compared with others, finished or not, also of a version that wrote less.
 *
 * @param letter stands for it in tables
 * @param path its folder
 * @param options by their names in the file; empty where there is none
 * @param metrics its losses
 * @param checkpoint the step of the newest checkpoint; 0 for none
 * @param outcome what it came to; null where that was not written
 */
record ComparedRun(
        char letter,
        Path path,
        SequencedMap<String, String> options,
        MetricsFile metrics,
        int checkpoint,
        @Nullable RunOutcome outcome) {
    private static final int MAXIMUM_BYTES = 1 << 20;

    private static final Pattern CHECKPOINT = Pattern.compile("checkpoint-([0-9]{1,9})\\.safetensors");

    private static final String DEV = "dev";
    private static final String TEST = "test";

    /**
     * A loss on dev, or on test where there is no dev, when it was measured: after so many steps and seconds, which may
     * be NaN.
     */
    record DevLoss(int steps, double seconds, double loss) {}

    /** Reads a run. */
    static ComparedRun read(char letter, Path path) {
        if (!Files.isDirectory(path)) {
            throw new WrongInputException("there is no folder " + path);
        }
        var folder = new RunFolder(path);
        var optionsFile = folder.optionsFile();
        var metricsFile = folder.metrics();
        var outcomeFile = folder.outcome();
        if (!Files.exists(optionsFile) && !Files.exists(metricsFile)) {
            throw new WrongInputException(path + " is no run folder: it has no metrics.jsonl and no options.json");
        }
        return new ComparedRun(
                letter,
                path,
                Files.exists(optionsFile) ? options(optionsFile) : new LinkedHashMap<>(),
                Files.exists(metricsFile)
                        ? MetricsFile.read(metricsFile)
                        : new MetricsFile(List.of(), List.of(), List.of()),
                newestCheckpoint(path),
                Files.exists(outcomeFile) ? RunOutcome.read(outcomeFile) : null);
    }

    private static SequencedMap<String, String> options(Path file) {
        return JsonObject.read(
                file.toString(), new UserFile("", file, "the options of a run").text(MAXIMUM_BYTES), values -> {
                    var options = new LinkedHashMap<String, String>();
                    values.names().forEach(name -> options.put(name, values.text(name)));
                    return options;
                });
    }

    /** The step of the newest checkpoint; 0 for none. */
    private static int newestCheckpoint(Path path) {
        int newest = 0;
        try (var files = Files.newDirectoryStream(path)) {
            for (var file : files) {
                var name = CHECKPOINT.matcher(file.getFileName().toString());
                if (name.matches()) {
                    newest = Math.max(newest, Integer.parseInt(name.group(1)));
                }
            }
            return newest;
        } catch (IOException | DirectoryIteratorException exception) {
            throw new WrongInputException(path + " cannot be read: " + exception.getMessage());
        }
    }

    /** Whether it has reached its last step and all that comes after. */
    boolean isFinished() {
        return outcome == null
                // A version that wrote no outcome wrote no checkpoints either.
                ? !metrics.finals().isEmpty() && checkpoint == 0
                : Integer.toString(outcome.steps()).equals(option("steps", Integer.toString(outcome.steps())));
    }

    /** An option as its file has it, or something else where it has none. */
    String option(String name, String otherwise) {
        return options.getOrDefault(name, otherwise);
    }

    /** How many steps it has done, as far as is known. */
    int steps() {
        return outcome == null ? Math.max(checkpoint, loggedSteps()) : outcome.done();
    }

    private int loggedSteps() {
        return Stream.concat(
                        metrics.steps().stream().map(step -> step.step() + 1),
                        metrics.evaluations().stream().map(MetricsLine.Evaluated::step))
                .max(Comparator.naturalOrder())
                .orElse(0);
    }

    /** The training time; NaN where it is not known. */
    double seconds() {
        return outcome == null
                ? Stream.concat(
                                metrics.steps().stream().map(MetricsLine.Step::seconds),
                                metrics.evaluations().stream().map(MetricsLine.Evaluated::seconds))
                        .filter(Double::isFinite)
                        .max(Comparator.naturalOrder())
                        .orElse(Double.NaN)
                : outcome.seconds();
    }

    /** Milliseconds a step, as far as the metrics go; NaN where they are not known. */
    double milliseconds() {
        int steps = outcome == null ? loggedSteps() : outcome.done();
        return steps == 0 ? Double.NaN : 1e3 * seconds() / steps;
    }

    /** The loss of the first batch; NaN where there is none. */
    double firstLoss() {
        return metrics.steps().isEmpty()
                ? Double.NaN
                : metrics.steps().getFirst().loss();
    }

    /** The loss of the last batch that was logged; NaN where there is none. */
    double lastLoss() {
        return metrics.steps().isEmpty()
                ? Double.NaN
                : metrics.steps().getLast().loss();
    }

    /** The loss on a part of the data after the last step; NaN where there is none. */
    double finalLoss(String split) {
        return metrics.finals().stream()
                .filter(last -> last.split().equals(split))
                .mapToDouble(MetricsLine.Final::loss)
                .findFirst()
                .orElse(Double.NaN);
    }

    /** The part of the data that its weights are chosen by: dev, and test where it is evaluated on that instead. */
    String judge() {
        boolean hasDev = !Double.isNaN(finalLoss(DEV))
                || metrics.evaluations().stream()
                        .anyMatch(evaluated -> evaluated.split().equals(DEV));
        boolean hasTest = !Double.isNaN(finalLoss(TEST))
                || metrics.evaluations().stream()
                        .anyMatch(evaluated -> evaluated.split().equals(TEST));
        return hasTest && !hasDev ? TEST : DEV;
    }

    /** The parts of the data by which the weights of runs are chosen, for a sentence: {@code dev or test}, say. */
    static String judges(List<ComparedRun> runs) {
        return runs.stream().map(ComparedRun::judge).distinct().sorted().collect(Collectors.joining(" or "));
    }

    /**
     * The losses on dev on the way and, where it is of the weights of the last step, at the end. With patience a run
     * ends with the weights of its best evaluation, which is among these already.
     */
    List<DevLoss> devLosses() {
        var judge = judge();
        var losses = new ArrayList<DevLoss>();
        for (var evaluated : metrics.evaluations()) {
            if (evaluated.split().equals(judge)) {
                losses.add(new DevLoss(evaluated.step(), evaluated.seconds(), evaluated.loss()));
            }
        }
        double last = finalLoss(judge);
        boolean isOfBest = !losses.isEmpty() && !option("patience", "0").equals("0");
        boolean isKnown = !losses.isEmpty() && losses.getLast().steps() == steps();
        if (!Double.isNaN(last) && !isOfBest && !isKnown) {
            losses.add(new DevLoss(steps(), seconds(), last));
        }
        return losses;
    }

    /** The lowest loss on dev, the first of several. */
    Optional<DevLoss> best() {
        return devLosses().stream()
                .filter(dev -> !Double.isNaN(dev.loss()))
                .min(Comparator.comparingDouble(DevLoss::loss));
    }

    /** Its letter and the name of its folder. */
    String label() {
        return letter + " " + path.toAbsolutePath().normalize().getFileName();
    }
}
