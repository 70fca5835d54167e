package handgrad.tensor;

import java.util.List;

/**
 * Told of every operation that a thread runs on tensors while it records: how a diagram gets to know what a model computes.
 *
 * <pre>{@code
 * Recorder.call(recorder, () -> model.forward(x));
 * }</pre>
 *
 * <p>An operation of several steps is told step by step, a mean as a sum and a division. A layer's operation is told as one.
 * Backward passes of layers are not told.
 */
@FunctionalInterface
public interface Recorder {
    /**
     * An operation has run.
     *
     * @param name the method, such as {@code matmul}
     * @param arguments its numbers: a factor, an exponent, a dimension
     * @param inputs the tensors it read
     * @param output the tensor it wrote, which may be one that was told before: layers reuse theirs
     */
    void operation(String name, List<Double> arguments, List<Tensor> inputs, Tensor output);

    /** What a recorder records. */
    @FunctionalInterface
    interface Body<T, X extends Throwable> {
        /** Runs and returns a result. */
        T call() throws X;
    }

    /** Runs the body while the recorder is told of this thread's operations, and returns its result. */
    static <T, X extends Throwable> T call(Recorder recorder, Body<T, X> body) throws X {
        return ScopedValue.where(Recording.RECORDER, recorder).call(body::call);
    }
}
