package handgrad.tensor;

import java.util.List;

/**
 * Told of every operation that a thread runs on tensors while it is traced: a diagram learns so what a model computes.
 *
 * <pre>{@code
 * Tracer.call(tracer, () -> model.forward(x));
 * }</pre>
 *
 * <p>An operation of several steps is told step by step, a mean as a sum and a division. A layer's operation is told
 * as one. Backward passes of layers and steps of optimisers are not told.
 */
@FunctionalInterface
public interface Tracer {
    /**
     * An operation has run.
     *
     * @param op which, such as {@link Op#MATMUL}
     * @param arguments its numbers: a factor, an exponent, a dimension
     * @param inputs the tensors it read
     * @param output the tensor it wrote, which may be one that was told before: layers reuse theirs
     */
    void operation(Op op, List<Double> arguments, List<Tensor> inputs, Tensor output);

    /** What is traced. */
    @FunctionalInterface
    interface Body<T, X extends Throwable> {
        /** Runs and returns a result. */
        T call() throws X;
    }

    /** Runs the body while the tracer is told of this thread's operations, and returns its result. */
    static <T, X extends Throwable> T call(Tracer tracer, Body<T, X> body) throws X {
        return ScopedValue.where(Tracing.TRACER, tracer).call(body::call);
    }
}
