package handgrad.jmh.gpt;

import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Weights and batches of a workload for programs that are not in Java. All numbers take 4 bytes, little-endian: the
 * vocabulary, positions of the table, layers, heads, embedding, whether there are biases, whether the head is tied,
 * whether GELU is exact, sequences of a batch, tokens of a sequence, batches, losses to print; the learning rate, both
 * betas and epsilon of AdamW; all parameters in the order of the model, a weight as (fanIn, fanOut); x of all batches,
 * then y.
 */
public final class GptFile {
    private static final int HEADER = 16;

    private GptFile() {}

    /** Writes it. */
    public static void write(GptWorkload workload, Path file) throws IOException {
        var batches = workload.batches();
        try (var channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            write(channel, header(workload, batches.size()));
            for (var parameter : workload.build().parameters()) {
                write(channel, parameter.value());
            }
            for (var batch : batches) {
                write(channel, batch.x());
            }
            for (var batch : batches) {
                write(channel, batch.y());
            }
        }
    }

    private static ByteBuffer header(GptWorkload workload, int batches) {
        var options = workload.options();
        return buffer(HEADER)
                .putInt(options.vocabulary())
                .putInt(options.blockSize())
                .putInt(options.layers())
                .putInt(options.heads())
                .putInt(options.embedding())
                .putInt(options.bias() ? 1 : 0)
                .putInt(options.tied() ? 1 : 0)
                .putInt(options.exactGelu() ? 1 : 0)
                .putInt(workload.batchSize())
                .putInt(workload.positions())
                .putInt(batches)
                .putInt(workload.losses())
                .putFloat((float) workload.learningRate())
                .putFloat((float) GptWorkload.BETA1)
                .putFloat((float) GptWorkload.BETA2)
                .putFloat((float) GptWorkload.EPSILON)
                .flip();
    }

    private static void write(FileChannel channel, Tensor tensor) throws IOException {
        if (tensor.dtype() == DType.INT32) {
            int[] values = tensor.ints();
            var buffer = buffer(values.length);
            buffer.asIntBuffer().put(values);
            write(channel, buffer);
        } else {
            float[] values = tensor.floats();
            var buffer = buffer(values.length);
            buffer.asFloatBuffer().put(values);
            write(channel, buffer);
        }
    }

    private static void write(FileChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private static ByteBuffer buffer(int numbers) {
        return ByteBuffer.allocate(Math.multiplyExact(numbers, Integer.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    }
}
