package handgrad.app.train;

import handgrad.app.command.FailedException;
import handgrad.app.command.WrongInputException;
import handgrad.data.Alphabet;
import handgrad.diagnostics.Recorder;
import handgrad.file.AtomicFile;
import handgrad.file.PrintableText;
import handgrad.io.CheckpointFolder;
import handgrad.io.Safetensors;
import handgrad.io.SafetensorsException;
import handgrad.nn.Layer;
import handgrad.page.Page;
import handgrad.page.PageHtml;
import handgrad.random.TorchRandom;
import handgrad.tensor.Backend;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The folder that a training leaves behind: {@code options.json}, what its bits depend on in {@code environment.json},
 * {@code metrics.jsonl}, what was seen of it in {@code diagnostics.json}, checkpoints, the weights in
 * {@code model.safetensors}, of a full run {@code report.html}, and of a finished one {@code outcome.json}.
 *
 * @param path the folder
 */
public record RunFolder(Path path) {
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

    /** Makes a new folder under runs, named by model and time. */
    public static RunFolder next(String model) {
        var runs = Path.of("runs");
        var name = model + "-" + LocalDateTime.now(ZoneId.systemDefault()).format(STAMP);
        for (int i = 1; ; i++) {
            var path = runs.resolve(i == 1 ? name : name + "-" + i);
            try {
                Files.createDirectories(runs);
                Files.createDirectory(path);
                return new RunFolder(path);
            } catch (FileAlreadyExistsException exception) {
                if (!Files.isDirectory(path)) {
                    throw new RunFolder(path).cannotWrite("--out", exception);
                }
            } catch (IOException exception) {
                throw new RunFolder(path).cannotWrite("--out", exception);
            }
        }
    }

    /**
     * Whether a run was started here before.
     *
     * @param option that names the folder
     */
    boolean isStarted(String option) {
        if (Files.exists(optionsFile())) {
            return true;
        }
        if (Stream.of(metrics(), weights()).anyMatch(Files::exists)) {
            throw new WrongInputException(
                    "%s: %s holds a run without options.json, with which none can go on;".formatted(option, path)
                            + " name another folder, or remove it");
        }
        return false;
    }

    /** Whether the run that was started here has reached its last step and all that comes after. */
    boolean isFinished(String option, RunOptions options) {
        if (Files.exists(outcome())) {
            return RunOutcome.read(outcome()).steps() == options.steps();
        }
        // Versions without checkpoints wrote the weights last.
        return Files.exists(weights()) && checkpoints(option).isEmpty();
    }

    private List<Path> checkpoints(String option) {
        try {
            return new CheckpointFolder(path, 1).files();
        } catch (SafetensorsException exception) {
            throw new WrongInputException(option + ": " + reason(exception));
        }
    }

    /**
     * Writes the options, and what the bits of the training depend on.
     *
     * @param option that names the folder
     * @param digest of the data
     * @param logEvery how many steps lie between two lines of the log
     */
    void start(String option, RunOptions options, String digest, int logEvery) {
        try {
            options.write(optionsFile(), digest, logEvery);
            EnvironmentFile.write(environment(), Backend.environment());
        } catch (IOException exception) {
            throw cannotWrite(option, exception);
        }
    }

    /** Makes the folder with its options again, where somebody has removed it. */
    void repair(RunOptions options, String digest, int logEvery) throws IOException {
        AtomicFile.createFolder(path);
        if (!Files.exists(optionsFile())) {
            options.write(optionsFile(), digest, logEvery);
        }
        if (!Files.exists(environment())) {
            EnvironmentFile.write(environment(), Backend.environment());
        }
    }

    private WrongInputException cannotWrite(String option, IOException exception) {
        return new WrongInputException(option + ": cannot write to " + path + ": " + reason(exception));
    }

    /**
     * A line on what can give this run other bits here than where it was made; empty for nothing, and for a run of a
     * version that did not write it down.
     */
    public Optional<String> warning() {
        if (!Files.exists(environment())) {
            return Optional.empty();
        }
        var differences = EnvironmentFile.read(environment()).differences(Backend.environment());
        return differences.isEmpty()
                ? Optional.empty()
                : Optional.of("handgrad: warning: the run was made with "
                        + differences.stream().map(PrintableText::excerpt).collect(Collectors.joining(", "))
                        + ": last bits can differ, and with them what is drawn");
    }

    /** Writes the weights and the alphabet, whole or not at all. */
    void save(Layer model, Alphabet alphabet) {
        save(model, Map.of(SavedWeights.ALPHABET, alphabet.characters()));
    }

    /** Writes the weights, with more metadata in the file than its format. */
    public void save(Layer model, Map<String, String> metadata) {
        var all = new HashMap<>(metadata);
        all.put("format", "handgrad");
        try {
            Safetensors.write(weights(), model.stateDict(), all);
        } catch (SafetensorsException exception) {
            throw new FailedException(reason(exception));
        }
    }

    /** Writes what was seen of the training. */
    public void saveDiagnostics(Recorder recorder) throws IOException {
        DiagnosticsFile.write(diagnostics(), recorder);
    }

    /** Writes the page of the run. */
    void write(Page page) throws IOException {
        AtomicFile.write(report(), PageHtml.text(page));
    }

    /** The model of a run, by its name. */
    String modelTitle() {
        return OptionsFile.model(requiredOptions());
    }

    /** The options of a run of a model of the lectures. */
    TrainOptions options() {
        return OptionsFile.read(requiredOptions());
    }

    private Path requiredOptions() {
        if (!Files.isDirectory(path)) {
            throw new WrongInputException("--run: there is no folder " + path);
        }
        if (!Files.exists(optionsFile())) {
            throw new WrongInputException("--run: " + path + " is no run folder of train: it has no options.json");
        }
        return optionsFile();
    }

    /**
     * The model of a run: of a finished one as it ended, else that of its newest checkpoint.
     *
     * @param told a line on a run that has not ended
     */
    Layer model(TrainOptions options, Consumer<String> told) {
        var file = someWeights(told);
        // The seed does not matter: every weight is replaced.
        var model = options.model().build(options.sizes(), TorchRandom.seeded(0));
        SavedWeights.ofRun(file, options).load(model);
        return model;
    }

    /** The {@link #newestWeights}, which must be there. */
    public Path someWeights(Consumer<String> told) {
        return newestWeights(told)
                .orElseThrow(() -> new WrongInputException("--run: " + path
                        + " has no model.safetensors and no checkpoint: its training has not reached the first"));
    }

    /**
     * The weights at the end of the run, or its newest checkpoint where it has not ended; empty where there is neither.
     *
     * @param told a line on a run that has not ended
     */
    public Optional<Path> newestWeights(Consumer<String> told) {
        if (Files.exists(weights())) {
            return Optional.of(weights());
        }
        var checkpoints = checkpoints("--run");
        if (checkpoints.isEmpty()) {
            return Optional.empty();
        }
        var newest = checkpoints.getLast();
        told.accept("handgrad: the training in %s has not reached its end; this is %s"
                .formatted(path, newest.getFileName()));
        return Optional.of(newest);
    }

    /** Where the options are. */
    public Path optionsFile() {
        return path.resolve("options.json");
    }

    Path environment() {
        return path.resolve("environment.json");
    }

    Path metrics() {
        return path.resolve("metrics.jsonl");
    }

    Path diagnostics() {
        return path.resolve("diagnostics.json");
    }

    /** Where the weights are. */
    public Path weights() {
        return path.resolve("model.safetensors");
    }

    /** Where the state of the training with the best loss on dev is. */
    public Path best() {
        return path.resolve("best.safetensors");
    }

    /** Where the outcome of a finished run is. */
    public Path outcome() {
        return path.resolve("outcome.json");
    }

    Path report() {
        return path.resolve("report.html");
    }

    /** What an IOException says, in words: its message is often a path alone. */
    public static String reason(IOException exception) {
        return switch (exception) {
            case AccessDeniedException _ -> "its permissions forbid it";
            case FileAlreadyExistsException exists -> exists.getFile() + " is a file";
            case NoSuchFileException _ -> "nothing can be made there";
            case FileSystemException other when other.getReason() != null -> other.getReason();
            default -> String.valueOf(exception.getMessage());
        };
    }
}
