package handgrad.app.train;

import handgrad.app.command.Checks;
import handgrad.app.command.WrongInputException;
import handgrad.data.Alphabet;
import handgrad.file.PrintableText;
import handgrad.io.Checkpoint;
import handgrad.io.SafetensorsException;
import handgrad.nn.Layer;
import handgrad.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file of weights that a model shall have.
 *
 * @param option what an error begins with, such as {@code --init: }; may be empty
 * @param file the file, in the format safetensors; of a checkpoint it is the model's part
 * @param model what the weights must fit, in an error
 * @param characters the alphabet that the model knows; empty for one whose symbols are no characters
 */
public record SavedWeights(String option, Path file, String model, String characters) {
    /** The entry of a file's metadata with the alphabet. */
    public static final String ALPHABET = "alphabet";

    /** The weights that a finished run left. */
    static SavedWeights ofRun(Path file, TrainOptions options) {
        return new SavedWeights("", file, "options.json", options.alphabet().characters());
    }

    /**
     * The weights that an option of the command line names.
     *
     * @param file a file, or a run folder, which has them in model.safetensors
     */
    static SavedWeights ofOption(String option, Path file, TrainOptions options) {
        Checks.notEmpty(option, file);
        var title = options.model().title();
        var model = options.model().isBigram()
                ? title
                : "%s with --hidden %d, --embedding %d and --block-size %d"
                        .formatted(title, options.hidden(), options.embedding(), options.blockSize());
        return new SavedWeights(
                option + ": ", inFolder(option, file), model, options.alphabet().characters());
    }

    /**
     * The alphabet of the weights that an option of the command line names. Where the file has none it is a to z, as it
     * was in earlier versions, and {@code otherwise} if that has more than these letters.
     */
    static Alphabet alphabet(String option, Path file, Alphabet otherwise) {
        Checks.notEmpty(option, file);
        try {
            var saved = Checkpoint.weights(inFolder(option, file)).metadata().get(ALPHABET);
            if (saved != null) {
                return Alphabet.of(saved);
            }
            return otherwise.characters().codePoints().allMatch(Alphabet.A_TO_Z::contains)
                    ? Alphabet.A_TO_Z
                    : otherwise;
        } catch (SafetensorsException exception) {
            throw new WrongInputException(option + ": " + RunFolder.reason(exception));
        } catch (IllegalArgumentException exception) {
            throw new WrongInputException(option + ": " + file + ": its alphabet is none: " + exception.getMessage());
        }
    }

    /**
     * The characters of the alphabet in the metadata of a file, which an option of the command line names; empty where
     * it has none.
     */
    public static String characters(String option, Path file) {
        Checks.notEmpty(option, file);
        try {
            return Checkpoint.weights(inFolder(option, file)).metadata().getOrDefault(ALPHABET, "");
        } catch (SafetensorsException exception) {
            throw new WrongInputException(option + ": " + RunFolder.reason(exception));
        }
    }

    /** The file itself, or the weights in a run folder; errors begin with the option. */
    public static Path inFolder(String option, Path file) {
        if (!Files.isDirectory(file)) {
            return file;
        }
        var weights = new RunFolder(file).weights();
        if (!Files.exists(weights)) {
            throw new WrongInputException(option + ": " + file
                    + " is a folder without model.safetensors; name a file of weights, such as a checkpoint");
        }
        return weights;
    }

    /**
     * Copies the weights into a network.
     *
     * @throws WrongInputException if the file cannot be read, is of another alphabet, has other tensors than the
     *     network, of which all are named, or a weight that is not finite
     */
    public void load(Layer network) {
        try {
            var weights = Checkpoint.weights(file);
            requireAlphabet(weights.metadata().get(ALPHABET));
            network.loadStateDict(weights.tensors());
        } catch (SafetensorsException exception) {
            throw new WrongInputException(option + RunFolder.reason(exception));
        } catch (IllegalArgumentException exception) {
            throw new WrongInputException(option + file + " does not fit " + model + ": " + exception.getMessage());
        }
        network.stateDict().forEach(this::requireFinite);
    }

    /** Refuses weights of other symbols, which can be as many. Files of earlier versions do not name their alphabet. */
    private void requireAlphabet(@Nullable String saved) {
        if (saved != null && !saved.equals(characters)) {
            throw new WrongInputException("%s%s does not fit %s: its alphabet is %s, not %s"
                    .formatted(option, file, model, PrintableText.excerpt(saved), PrintableText.excerpt(characters)));
        }
    }

    private void requireFinite(String name, Tensor tensor) {
        for (float value : tensor.floats()) {
            if (!Float.isFinite(value)) {
                throw new WrongInputException(option + file + ": " + name + " has a weight that is " + value);
            }
        }
    }
}
