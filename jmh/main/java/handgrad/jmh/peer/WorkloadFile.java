package handgrad.jmh.peer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Weights and batches of a network of the form of makemore part 3, for programs that are not in Java. All numbers take
 * 4 bytes, little-endian: rows of a batch, characters of a row, numbers of a character, hidden units, symbols, batches;
 * the learning rate and the momentum; the table, the first weight, gain, bias, the second weight, its bias; the
 * contexts and the next characters of all batches.
 */
public final class WorkloadFile {
    private WorkloadFile() {}

    /** Whether the workload is of that form. */
    public static boolean holds(Workload workload) {
        return switch (workload) {
            case MLP_BN, MLP_BN_1024, MLP_BN_1024_THREADS_2 -> true;
            case DEEP, BACKPROP, WAVENET -> false;
        };
    }

    public static void write(Workload workload, Path file) throws IOException {
        var sizes = workload.sizes();
        var batches = workload.batches();
        var weights = workload.build().parameters();
        double momentum = workload.parts().stream()
                .mapToDouble(part -> part instanceof Part.BatchNorm norm ? norm.momentum() : 0)
                .sum();
        long numbers = 8
                + weights.stream()
                        .mapToLong(weight -> weight.value().floats().length)
                        .sum()
                + (long) batches.size() * workload.batchSize() * (sizes.blockSize() + 1);
        var buffer =
                ByteBuffer.allocate(Math.toIntExact(numbers * Integer.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(workload.batchSize())
                .putInt(sizes.blockSize())
                .putInt(sizes.embedding())
                .putInt(sizes.hidden())
                .putInt(sizes.vocabulary())
                .putInt(batches.size())
                .putFloat((float) Workload.LEARNING_RATE)
                .putFloat((float) momentum);
        for (var weight : weights) {
            for (float value : weight.value().floats()) {
                buffer.putFloat(value);
            }
        }
        batches.forEach(batch -> putAll(buffer, batch.x().ints()));
        batches.forEach(batch -> putAll(buffer, batch.y().ints()));
        Files.write(file, buffer.array());
    }

    private static void putAll(ByteBuffer buffer, int[] values) {
        for (int value : values) {
            buffer.putInt(value);
        }
    }
}
