package handgrad.app.train;

import handgrad.app.command.Checks;
import handgrad.app.command.WrongInputException;
import handgrad.io.Safetensors;
import handgrad.io.SafetensorsException;
import handgrad.nn.Layer;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file of weights that a model shall have.
 *
 * @param option what an error begins with, such as {@code --init: }; may be empty
 * @param file the file, in the format safetensors
 * @param model what the weights must fit, in an error
 * @param blockSize the characters that the model sees
 */
record SavedWeights(String option, Path file, String model, int blockSize) {
    /** The weights that a finished run left. */
    static SavedWeights ofRun(Path file, TrainOptions options) {
        return new SavedWeights("", file, "options.json", options.blockSize());
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
        return new SavedWeights(option + ": ", inFolder(option, file), model, options.blockSize());
    }

    private static Path inFolder(String option, Path file) {
        if (!Files.isDirectory(file)) {
            return file;
        }
        var weights = new RunFolder(file).weights();
        if (!Files.exists(weights)) {
            throw new WrongInputException(
                    option + ": " + file + " is a folder without model.safetensors; name a file of weights");
        }
        return weights;
    }

    /**
     * Copies the weights into a network.
     *
     * @throws WrongInputException if the file cannot be read, has other tensors than the network, of which all are
     *     named, or a weight that is not finite
     */
    void load(Layer network) {
        // A BatchNorm with statistics for each position learns how many there are from its first batch.
        network.forward(Tensor.zeros(DType.INT32, Shape.of(2, blockSize)));
        try {
            network.loadStateDict(Safetensors.read(file).tensors());
        } catch (SafetensorsException exception) {
            throw new WrongInputException(option + RunFolder.reason(exception));
        } catch (IllegalArgumentException exception) {
            throw new WrongInputException(option + file + " does not fit " + model + ": " + exception.getMessage());
        }
        network.stateDict().forEach(this::requireFinite);
    }

    private void requireFinite(String name, Tensor tensor) {
        for (float value : tensor.floats()) {
            if (!Float.isFinite(value)) {
                throw new WrongInputException(option + file + ": " + name + " has a weight that is " + value);
            }
        }
    }
}
