package handgrad.app.sequence;

import handgrad.io.Checkpoint;
import handgrad.io.WeightsHash;
import java.io.IOException;
import java.nio.file.Path;

/** The hash of the weights in a file. */
final class WeightsOf {
    private WeightsOf() {}

    static String file(Path file) throws IOException {
        return WeightsHash.of(Checkpoint.weights(file).tensors());
    }
}
