package handgrad.examples;

import handgrad.io.Safetensors;
import handgrad.io.SafetensorsException;
import handgrad.nn.Sequential;
import handgrad.random.TorchRandom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Map;

/**
 * The folder that a training leaves behind: {@code options.json}, {@code metrics.jsonl} and the weights in
 * {@code model.safetensors}.
 *
 * @param path the folder
 */
record RunFolder(Path path) {
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

    /** A new folder under runs, named by model and time. */
    static RunFolder next(String model) {
        var name = model + "-" + LocalDateTime.now(ZoneId.systemDefault()).format(STAMP);
        var path = Path.of("runs", name);
        for (int i = 2; Files.exists(path); i++) {
            path = Path.of("runs", name + "-" + i);
        }
        return new RunFolder(path);
    }

    /** Makes the folder and writes the options into it. Refuses a folder that holds a run. */
    void create(TrainOptions options) {
        if (Files.exists(optionsFile()) || Files.exists(weights())) {
            throw new WrongInputException("--out: " + path + " holds a run already; name another folder, or remove it");
        }
        try {
            Files.createDirectories(path);
            OptionsFile.write(optionsFile(), options);
        } catch (IOException exception) {
            throw new WrongInputException("--out: cannot write to " + path + ": " + reason(exception));
        }
    }

    /** Writes the weights, in one move. */
    void save(Sequential model) throws SafetensorsException {
        Safetensors.write(weights(), model.stateDict(), Map.of("format", "handgrad"));
    }

    /** The options of a finished run. */
    TrainOptions options() {
        if (!Files.isDirectory(path)) {
            throw new WrongInputException("--run: there is no folder " + path);
        }
        if (!Files.exists(optionsFile())) {
            throw new WrongInputException("--run: " + path + " is no run folder: it has no options.json");
        }
        return OptionsFile.read(optionsFile());
    }

    /** The trained model of a finished run. */
    Sequential model(TrainOptions options) {
        if (!Files.exists(weights())) {
            throw new WrongInputException(
                    "--run: " + path + " has no model.safetensors; its training has not reached the end");
        }
        try {
            // The seed does not matter: every weight is replaced.
            var model = LectureModel.named(options.model()).build(options.sizes(), TorchRandom.seeded(0));
            model.loadStateDict(Safetensors.read(weights()).tensors());
            return model;
        } catch (SafetensorsException | IllegalArgumentException exception) {
            throw new WrongInputException("--run: " + weights() + " does not fit: " + exception.getMessage());
        }
    }

    Path optionsFile() {
        return path.resolve("options.json");
    }

    Path metrics() {
        return path.resolve("metrics.jsonl");
    }

    Path weights() {
        return path.resolve("model.safetensors");
    }

    /** What an IOException says, in words: its message is often a path alone. */
    static String reason(IOException exception) {
        return switch (exception) {
            case java.nio.file.AccessDeniedException _ -> "its permissions forbid it";
            case java.nio.file.FileAlreadyExistsException file -> file.getFile() + " is a file";
            case java.nio.file.NoSuchFileException file -> "there is no " + file.getFile();
            case java.nio.file.FileSystemException file when file.getReason() != null -> file.getReason();
            default -> String.valueOf(exception.getMessage());
        };
    }
}
