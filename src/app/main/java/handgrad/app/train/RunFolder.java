package handgrad.app.train;

import handgrad.app.command.FailedException;
import handgrad.app.command.WrongInputException;
import handgrad.data.Alphabet;
import handgrad.diagnostics.Recorder;
import handgrad.file.AtomicFile;
import handgrad.file.PrintableText;
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
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The folder that a training leaves behind: {@code options.json}, what its bits depend on in {@code environment.json},
 * {@code metrics.jsonl}, what was seen of it in {@code diagnostics.json}, the weights in {@code model.safetensors} and,
 * of a full run, {@code report.html}.
 *
 * @param path the folder
 */
public record RunFolder(Path path) {
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");
    private static final String SAVED = "; the weights and metrics are saved in ";

    /** A new folder under runs, named by model and time. */
    public static RunFolder next(String model) {
        var name = model + "-" + LocalDateTime.now(ZoneId.systemDefault()).format(STAMP);
        var path = Path.of("runs", name);
        for (int i = 2; Files.exists(path); i++) {
            path = Path.of("runs", name + "-" + i);
        }
        return new RunFolder(path);
    }

    /** Makes the folder; refuses one that holds a run, finished or not. Other files in it do no harm. */
    public void create() {
        if (Stream.of(optionsFile(), metrics(), weights()).anyMatch(Files::exists)) {
            throw new WrongInputException("--out: " + path + " holds a run already; name another folder, or remove it");
        }
        try {
            Files.createDirectories(path);
        } catch (IOException exception) {
            throw cannotWrite(exception);
        }
    }

    /** Writes the options and lets the metrics be written here as well. */
    void start(TrainOptions options, Metrics metrics) {
        try {
            OptionsFile.write(optionsFile(), options);
        } catch (IOException exception) {
            throw cannotWrite(exception);
        }
        start(metrics);
    }

    /** Lets the metrics be written here as well. */
    public void start(Metrics metrics) {
        try {
            metrics.addFile(metrics());
        } catch (IOException exception) {
            throw cannotWrite(exception);
        }
    }

    private WrongInputException cannotWrite(IOException exception) {
        return new WrongInputException("--out: cannot write to " + path + ": " + reason(exception));
    }

    /** Writes what the bits of the training depend on. */
    public void saveEnvironment() {
        try {
            EnvironmentFile.write(environment(), Backend.environment());
        } catch (IOException exception) {
            throw cannotWrite(exception);
        }
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

    /** Writes the weights and the alphabet, whole or not at all: with them a run is finished. */
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

    /** Writes what was seen of the training; what is saved already stays. */
    void saveDiagnostics(Recorder recorder) {
        try {
            DiagnosticsFile.write(diagnostics(), recorder);
        } catch (IOException exception) {
            throw new FailedException(diagnostics() + " cannot be written: " + reason(exception) + SAVED + path);
        }
    }

    /** Writes the page of the run; what is saved already stays. */
    void write(Page page) {
        try {
            AtomicFile.write(report(), PageHtml.text(page));
        } catch (IOException exception) {
            throw new FailedException(
                    "the report cannot be written to " + report() + ": " + reason(exception) + SAVED + path);
        }
    }

    /** The options of a run. */
    TrainOptions options() {
        if (!Files.isDirectory(path)) {
            throw new WrongInputException("--run: there is no folder " + path);
        }
        if (!Files.exists(optionsFile())) {
            throw new WrongInputException("--run: " + path + " is no run folder of train: it has no options.json");
        }
        return OptionsFile.read(optionsFile());
    }

    /** The trained model of a finished run. */
    Layer model(TrainOptions options) {
        if (!Files.exists(weights())) {
            throw new WrongInputException(
                    "--run: " + path + " has no model.safetensors: its training has not reached the end");
        }
        // The seed does not matter: every weight is replaced.
        var model = options.model().build(options.sizes(), TorchRandom.seeded(0));
        SavedWeights.ofRun(weights(), options).load(model);
        return model;
    }

    Path optionsFile() {
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
