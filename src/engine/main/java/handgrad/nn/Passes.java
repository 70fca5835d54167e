package handgrad.nn;

import handgrad.tensor.Origin;
import handgrad.tensor.Tensor;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The passes of one layer. A layer keeps tensors from call to call: what backward needs of the last forward pass, and
 * what both return. So this notices what would be wrong without a word:
 *
 * <ul>
 *   <li>a backward pass that does not belong to the last forward pass, because a batch was evaluated in between;
 *   <li>an input that has been overwritten since, in place or by another forward pass of the layer that made it;
 *   <li>a second thread inside the layer.
 * </ul>
 *
 * <p>A layer that owns its tensors runs each pass within it:
 *
 * <pre>{@code
 * public Tensor forward(Tensor x) {
 *     try (var pass = passes.forward(x)) {
 *         …
 *         return pass.output(output);
 *     }
 * }
 *
 * public Tensor backward(Tensor dOut) {
 *     try (var pass = passes.backward(dOut)) {
 *         …
 *         return pass.gradient(dX);
 *     }
 * }
 * }</pre>
 *
 * <p>A gradient is known by the {@link Origin} of its tensor, which a loss and the layers pass on. What is made by hand
 * in an array has none, and is taken as it is. Several backward passes after one forward pass are right, as is a
 * forward pass without any; a layer may go from thread to thread between passes, one at a time. Nothing is allocated.
 */
@SuppressWarnings("ReferenceEquality") // makers and threads are known by their identity
public final class Passes implements AutoCloseable {
    private static final VarHandle THREAD;

    static {
        try {
            THREAD = MethodHandles.lookup().findVarHandle(Passes.class, "thread", Thread.class);
        } catch (ReflectiveOperationException exception) {
            throw new ExceptionInInitializerError(exception);
        }
    }

    private final String layer;
    private final Parts parts;
    private final Object maker = new Object();
    private @Nullable Thread thread;
    private long pass;
    private boolean complete;
    private boolean training;

    private @Nullable Tensor input;
    private @Nullable Object makerOfInput;
    private long passOfInput;
    private @Nullable Object makerOfOutput;
    private long passOfOutput;

    /** The passes of a layer of these parts; its name is for errors. */
    public Passes(String layer, Parts parts) {
        this.layer = layer;
        this.parts = parts;
    }

    /**
     * Begins a forward pass.
     *
     * @throws IllegalStateException if another thread is inside the layer
     */
    public Passes forward(Tensor x) {
        var makerOfX = Origin.maker(x);
        enter("forward");
        input = x;
        makerOfInput = makerOfX;
        passOfInput = Origin.pass(x);
        pass = Math.max(pass, passOfInput) + 1;
        training = parts.isTraining();
        complete = false;
        return this;
    }

    /** Marks the output of this forward pass, and returns it. */
    public Tensor output(Tensor output) {
        Origin.mark(output, maker, pass);
        return noted(output);
    }

    /** Ends the forward pass of a loss, and returns its value. */
    public double loss(double value) {
        complete = true;
        return value;
    }

    /** Notes the output of this forward pass, which a layer inside has made, and returns it. */
    Tensor passedOn(Tensor output) {
        var made = Origin.maker(output);
        if (output != input && (made == null || made == maker)) {
            return output(output); // the layer inside does not mark what it makes
        }
        return noted(output);
    }

    private Tensor noted(Tensor output) {
        makerOfOutput = Origin.maker(output);
        passOfOutput = Origin.pass(output);
        complete = true;
        return output;
    }

    /**
     * Begins a backward pass.
     *
     * @throws IllegalStateException if dOut is known not to be the gradient of the last output, the input of the last
     *     forward pass has been overwritten, or another thread is inside the layer
     */
    public Passes backward(Tensor dOut) {
        var makerOfD = Origin.maker(dOut);
        enter("backward");
        refuse(problem(makerOfD, Origin.pass(dOut)));
        return this;
    }

    /** Begins the backward pass of a loss, whose output is a number; errors as for a layer. */
    public Passes backward() {
        enter("backward");
        refuse(problem());
        return this;
    }

    /** Marks the gradient of the input, and returns it. */
    public Tensor gradient(Tensor dX) {
        Origin.markGradient(dX, makerOfInput, passOfInput);
        return dX;
    }

    /** What forward kept, which is there once {@link #backward} has begun. */
    static Tensor kept(@Nullable Tensor kept) {
        return Objects.requireNonNull(kept);
    }

    private @Nullable String problem(@Nullable Object makerOfD, long passOfD) {
        var problem = problem();
        if (problem != null) {
            return problem;
        }
        return makerOfD != null && makerOfD == makerOfOutput && passOfD != passOfOutput
                ? "dOut belongs to an earlier forward pass: forward has run again since, and a layer keeps what"
                        + " backward needs for its last pass alone. Call backward first and then evaluate, or forward"
                        + " again"
                : null;
    }

    private @Nullable String problem() {
        if (!complete || input == null) {
            return "call forward first";
        }
        if (Origin.maker(input) != makerOfInput || Origin.pass(input) != passOfInput) {
            return "its input has been overwritten since forward, by another forward pass of the layer that made it,"
                    + " or in place. Call backward first, or forward again";
        }
        return parts.isTraining() && !training
                ? "the last forward pass was in evaluation, and the layer is in training now: that pass was of another"
                        + " batch, or train(true) came after it. Call forward again, then backward"
                : null;
    }

    private void refuse(@Nullable String problem) {
        if (problem != null) {
            close();
            throw new IllegalStateException(layer + ".backward: " + problem);
        }
    }

    private void enter(String method) {
        var current = Thread.currentThread();
        var inside = (Thread) THREAD.compareAndExchange(this, (Thread) null, current);
        if (inside != null && inside != current) {
            throw new IllegalStateException(layer + "." + method + ": thread " + nameOf(inside)
                    + " is inside already, and this is thread " + nameOf(current) + "; a layer keeps its tensors from"
                    + " call to call, so it serves one thread at a time. Give each thread a model of its own;"
                    + " DataParallel does so for the shards of a batch");
        }
    }

    /** A virtual thread has no name. */
    private static String nameOf(Thread thread) {
        return thread.getName().isEmpty() ? "#" + thread.threadId() : thread.getName();
    }

    /** Ends a pass. */
    @Override
    public void close() {
        THREAD.setRelease(this, (Thread) null);
    }
}
