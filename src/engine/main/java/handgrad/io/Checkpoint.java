package handgrad.io;

import handgrad.file.PrintableText;
import handgrad.tensor.Backend;
import handgrad.tensor.Environment;
import handgrad.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A training saved whole in one file, from which it goes on as if it had never been interrupted.
 *
 * <p>The file is one of {@link Safetensors}: the tensors of each part of a {@link TrainingState} under
 * {@code PART.NAME}, those of the model under {@code model.0.weight}, and the texts in the metadata under
 * {@code state.PART.NAME}. Beside them stand the step and what the bits of the training depend on. Every tensor has a
 * checksum, and so have the texts together. It is written to a temporary file, forced to the disk and then renamed, so
 * that a crash leaves the old checkpoint or the new one.
 *
 * @param step how many steps the training had done
 * @param environment of the process that wrote it: {@link Environment#differences} says whether the bits of what
 *     follows can differ here
 */
public record Checkpoint(int step, Environment environment) {
    /** The key that makes a file of tensors a checkpoint; its value is the version of what is said above. */
    private static final String KEY = "checkpoint";

    private static final String VERSION = "1";
    private static final String STEP = "step";
    /** What the name of a part, a dot and the name of its text stand behind. */
    static final String STATE = "state.";

    private static final String MODEL = "model.";

    /**
     * Writes a training to a file, or replaces it whole.
     *
     * @throws IllegalStateException if a part cannot be saved now, as an average whose weights are in the model
     * @throws SafetensorsException if the file cannot be written; an older one of this name stays as it is
     */
    public static void write(Path file, TrainingState state) throws SafetensorsException {
        var tensors = new LinkedHashMap<String, Tensor>();
        var metadata = new LinkedHashMap<String, String>();
        metadata.put(KEY, VERSION);
        metadata.put(STEP, Integer.toString(state.step()));
        metadata.putAll(EnvironmentTexts.of(Backend.environment()));
        state.parts().forEach((part, stateful) -> {
            var saved = save(part, stateful);
            saved.tensors().forEach((name, tensor) -> tensors.put(part + "." + name, tensor));
            saved.texts().forEach((name, text) -> metadata.put(STATE + part + "." + name, text));
        });
        Safetensors.write(file, tensors, metadata);
    }

    /** What a part saves. */
    static SavedState save(String part, Stateful stateful) {
        try {
            return stateful.save();
        } catch (IllegalStateException exception) {
            throw new IllegalStateException("Checkpoint: " + part + ": " + exception.getMessage(), exception);
        }
    }

    /**
     * Sets a training to the state that a file has.
     *
     * @param state made as that of the training that was saved, with the same parts and settings
     * @throws SafetensorsException if the file cannot be read, is damaged or no checkpoint
     * @throws IllegalArgumentException if the file is the checkpoint of another training: a part, tensor or text is
     *     missing or unknown, or has another shape, type or setting; nothing is changed then
     * @throws IllegalStateException as {@link #write}
     */
    public static Checkpoint read(Path file, TrainingState state) throws SafetensorsException {
        var content = Safetensors.read(file);
        var checkpoint = of(file, content.metadata());
        try {
            new Restoring(content, state.parts()).restore();
        } catch (IllegalArgumentException exception) {
            throw new IllegalArgumentException(
                    PrintableText.of(file + ": is the checkpoint of another training: " + exception.getMessage()),
                    exception);
        }
        return checkpoint;
    }

    /**
     * What a file says of itself; its tensors are checked, and not kept.
     *
     * @throws SafetensorsException if the file cannot be read, is damaged or no checkpoint
     */
    public static Checkpoint of(Path file) throws SafetensorsException {
        var inspection = Safetensors.inspect(file);
        if (!inspection.damaged().isEmpty()) {
            throw new SafetensorsException(
                    file,
                    "tensor '" + PrintableText.excerpt(inspection.damaged().getFirst()) + "': is damaged, its bytes do"
                            + " not have the CRC-32C of the metadata");
        }
        return of(file, inspection.metadata());
    }

    private static Checkpoint of(Path file, Map<String, String> metadata) throws SafetensorsException {
        var version = metadata.get(KEY);
        if (version == null) {
            throw SafetensorsException.ofSoundFile(
                    file, "is no checkpoint of a training; a file of weights is read by Safetensors");
        }
        if (!version.equals(VERSION)) {
            throw SafetensorsException.ofSoundFile(
                    file,
                    "is a checkpoint of version " + PrintableText.excerpt(version) + ", this handgrad reads "
                            + VERSION);
        }
        try {
            return new Checkpoint(EnvironmentTexts.number(metadata, STEP), EnvironmentTexts.parse(metadata));
        } catch (IllegalArgumentException exception) {
            throw new SafetensorsException(
                    file,
                    "is no sound checkpoint, " + PrintableText.excerpt(String.valueOf(exception.getMessage())),
                    exception);
        }
    }

    /** Whether a file with this metadata is a checkpoint, of this version or another. */
    public static boolean is(Map<String, String> metadata) {
        return metadata.containsKey(KEY);
    }

    /**
     * The weights in a file: of a checkpoint the state of its model, with the settings of the training as metadata; of
     * another file all that it has.
     *
     * @throws SafetensorsException if the file cannot be read or is damaged
     */
    public static Safetensors weights(Path file) throws SafetensorsException {
        var content = Safetensors.read(file);
        return is(content.metadata())
                ? new Safetensors(within(MODEL, content.tensors()), within(STATE + "settings.", content.metadata()))
                : content;
    }

    /** The values whose names begin with this, by the rest of their names. */
    static <T> Map<String, T> within(String prefix, Map<String, T> all) {
        return all.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix))
                .collect(Collectors.toMap(
                        entry -> entry.getKey().substring(prefix.length()),
                        Map.Entry::getValue,
                        (one, _) -> one,
                        LinkedHashMap::new));
    }
}
