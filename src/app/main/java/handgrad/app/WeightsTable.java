package handgrad.app;

import handgrad.app.command.WrongInputException;
import handgrad.file.PrintableText;
import handgrad.io.Checkpoint;
import handgrad.io.Inspection;
import handgrad.io.Safetensors;
import handgrad.io.SafetensorsException;
import handgrad.io.StoredTensor;
import handgrad.io.WeightsHash;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;

/** The tensors in a file of weights, whether they are damaged, and their hash. */
final class WeightsTable {
    private WeightsTable() {}

    /**
     * Prints a line for each tensor, then the hash of all, or of a checkpoint that of its model.
     *
     * @throws WrongInputException if the file cannot be read, or, after the table, if a tensor is damaged
     */
    static void print(Path file, PrintWriter out) {
        var inspection = inspect(file);
        int width = Math.max(
                "tensor".length(),
                inspection.tensors().stream()
                        .mapToInt(tensor -> name(tensor).length())
                        .max()
                        .orElse(0));
        var row = "%-" + width + "s  %-7s  %-16s  %s%n";
        out.printf(row, "tensor", "type", "shape", "checksum");
        for (var tensor : inspection.tensors()) {
            var checksum = tensor.checksum().name().toLowerCase(Locale.ROOT);
            out.printf(row, name(tensor), tensor.type(), tensor.shape(), checksum);
        }
        var damaged = inspection.damaged();
        boolean isCheckpoint = Checkpoint.is(inspection.metadata());
        if (isCheckpoint && damaged.isEmpty()) {
            printCheckpoint(file, out);
        } else if (!isCheckpoint) {
            out.printf("weights  sha256 %s%n", inspection.hash());
        }
        out.flush();
        if (!damaged.isEmpty()) {
            throw new WrongInputException("%s: damaged: %s; copy the file again, or train again"
                    .formatted(file, PrintableText.excerpt(String.join(", ", damaged))));
        }
    }

    /** The step of a checkpoint, and the hash of its model alone. */
    private static void printCheckpoint(Path file, PrintWriter out) {
        try {
            out.printf(
                    Locale.ROOT,
                    "checkpoint after step %,d%n",
                    Checkpoint.of(file).step());
            out.printf(
                    "weights  sha256 %s%n",
                    WeightsHash.of(Checkpoint.weights(file).tensors()));
        } catch (SafetensorsException exception) {
            throw new WrongInputException(String.valueOf(exception.getMessage()));
        }
    }

    private static Inspection inspect(Path file) {
        try {
            return Safetensors.inspect(file);
        } catch (SafetensorsException exception) {
            throw new WrongInputException(String.valueOf(exception.getMessage()));
        }
    }

    private static String name(StoredTensor tensor) {
        return PrintableText.excerpt(tensor.name());
    }
}
