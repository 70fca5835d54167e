package handgrad.diagnostics;

import handgrad.data.Batch;
import handgrad.nn.Conv2d;
import handgrad.nn.Layer;
import handgrad.nn.Loss;
import handgrad.nn.Parameter;
import handgrad.optim.Optimizer;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import handgrad.tensor.TensorMemory;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.IntToLongFunction;
import java.util.function.Supplier;

/**
 * The memory that the training of a model takes, known before its first step.
 *
 * <pre>{@code
 * var estimate = MemoryEstimate.of(
 *         () -> newModel(TorchRandom.seeded(42)),
 *         Adam::new,
 *         new CrossEntropyLoss(),
 *         rows -> new Batch(Tensor.zeros(rows, 784), Tensor.zeros(DType.INT32, Shape.of(rows))),
 *         4096);
 * if (estimate.total() > Runtime.getRuntime().maxMemory()) …
 * }</pre>
 *
 * <p>A model of its own makes a step on 2 rows and one on 4, and what the layers make anew for them is measured: their
 * tensors grow with the rows by a straight line, which is drawn on to the rows that are asked for. The user's model,
 * its statistics and its generators are left alone.
 *
 * <p>For layers that reuse their tensors, as those of this library do, this is what they hold, but for the objects
 * around the arrays, some 100 bytes for each tensor. Of a layer that makes fresh tensors in every pass all of one step
 * are counted: at most that many are alive at once. Not counted are arrays that a layer makes without a tensor, the
 * data set, and what else the kernels keep for each thread, blocks of matrices of a few megabytes at most.
 *
 * @param weights the bytes of the parameters and the statistics
 * @param gradients of the parameters' gradients
 * @param optimizer of what the optimiser keeps
 * @param buffers of what layers and loss keep of a batch
 * @param kernels of the gradients that the kernels of a {@link Conv2d} keep, one for each of up to 16 parts of a batch
 * @param batch of the batch itself
 */
public record MemoryEstimate(long weights, long gradients, long optimizer, long buffers, long kernels, long batch) {
    /** Batch normalisation wants 2 rows. */
    private static final int FEW = 2;

    private static final int MORE = 4;

    /** A convolution in FLOAT32 adds up the gradient of its weight in at most so many parts. */
    private static final int PARTS = 16;

    /**
     * Estimates a training.
     *
     * @param newModel makes a model like the one to be trained
     * @param newOptimizer makes its optimiser, such as {@code Adam::new}
     * @param loss a loss like the one of the training; it is run on the small batches
     * @param batches makes a batch of so many rows, of the shapes of the training's; its numbers do not matter, but
     *     indices and classes must be such as there are
     * @param rows of a batch of the training, at least 1
     */
    public static MemoryEstimate of(
            Supplier<? extends Layer> newModel,
            Function<List<Parameter>, ? extends Optimizer> newOptimizer,
            Loss loss,
            IntFunction<Batch> batches,
            int rows) {
        requireRows(rows);
        var model = newModel.get();
        long buffers = onRows(rows, batches, batch -> {
            loss.forward(model.forward(batch.x()), batch.y());
            model.backward(loss.backward());
        });
        var parameters = model.parameters();
        long optimizer = TensorMemory.made(() -> {
            if (!parameters.isEmpty()) {
                newOptimizer.apply(parameters).step(0);
            }
        });
        return new MemoryEstimate(
                weights(model), gradients(model), optimizer, buffers, kernels(model, rows), batch(batches, rows));
    }

    /**
     * Estimates the forward pass of a trained model in evaluation.
     *
     * @param newModel makes a model like it
     * @param inputs makes an input of so many rows
     * @param rows of an input, at least 1
     */
    public static MemoryEstimate ofEvaluation(
            Supplier<? extends Layer> newModel, IntFunction<Tensor> inputs, int rows) {
        requireRows(rows);
        var model = newModel.get();
        model.train(false);
        IntFunction<Batch> batches = n -> new Batch(inputs.apply(n), Tensor.zeros(0));
        long buffers = onRows(rows, batches, batch -> model.forward(batch.x()));
        return new MemoryEstimate(
                weights(model), gradients(model), 0, buffers, 0, line(rows, n -> TensorMemory.bytes(inputs.apply(n))));
    }

    private static void requireRows(int rows) {
        if (rows < 1) {
            throw new IllegalArgumentException("MemoryEstimate: rows must be at least 1, they are " + rows);
        }
    }

    /** All of them together. */
    public long total() {
        return weights + gradients + optimizer + buffers + kernels + batch;
    }

    private interface Step {
        void run(Batch batch);
    }

    /** The bytes of the tensors that a step makes for so many rows. */
    private static long onRows(int rows, IntFunction<Batch> batches, Step step) {
        var few = batches.apply(FEW);
        var more = batches.apply(MORE);
        // The first step also makes what does not grow with the rows, which is kept then.
        long first = TensorMemory.made(() -> step.run(few));
        long ofMore = TensorMemory.made(() -> step.run(more));
        long ofFew = TensorMemory.made(() -> step.run(few));
        return along(first, ofMore - ofFew, rows);
    }

    private static long batch(IntFunction<Batch> batches, int rows) {
        return line(rows, n -> {
            var batch = batches.apply(n);
            return TensorMemory.bytes(batch.x()) + TensorMemory.bytes(batch.y());
        });
    }

    private static long line(int rows, IntToLongFunction bytes) {
        long few = bytes.applyAsLong(FEW);
        return along(few, bytes.applyAsLong(MORE) - few, rows);
    }

    /** The straight line through few rows and more, at so many. */
    private static long along(long few, long difference, int rows) {
        return Math.max(0, few + difference * (rows - FEW) / (MORE - FEW));
    }

    private static long weights(Layer model) {
        return model.stateDict().values().stream()
                .mapToLong(TensorMemory::bytes)
                .sum();
    }

    /** One copy of the largest weight for each part, and one turned for the gradient of the input. */
    private static long kernels(Layer model, int rows) {
        long largest = model.parts().layers().values().stream()
                .filter(Conv2d.class::isInstance)
                .map(layer -> layer.parameters().getFirst().value())
                .filter(weight -> weight.dtype() == DType.FLOAT32)
                .mapToLong(TensorMemory::bytes)
                .max()
                .orElse(0);
        return (Math.min(PARTS, rows) + 1) * largest;
    }

    private static long gradients(Layer model) {
        return model.parameters().stream()
                .mapToLong(parameter -> TensorMemory.bytes(parameter.grad()))
                .sum();
    }
}
