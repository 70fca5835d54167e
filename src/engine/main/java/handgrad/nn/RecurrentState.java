package handgrad.nn;

import handgrad.tensor.Tensor;
import handgrad.tensor.Updates;
import org.jspecify.annotations.Nullable;

/**
 * What a recurrent layer hands from step to step: zeros before the first one or a parameter, the same for each
 * sequence; in streaming what the pass before has left.
 */
final class RecurrentState {
    private final @Nullable Parameter start;
    private final int width;
    private @Nullable Tensor value;
    private @Nullable Tensor gradient;
    private int streamOfValue;

    /**
     * A state of a layer.
     *
     * @param name the name of the parameter
     * @param start (1, width), or null for zeros
     */
    RecurrentState(String layer, Parts parts, String name, int width, @Nullable Tensor start) {
        if (start != null && (start.shape().rank() != 2 || start.size(0) != 1 || start.size(1) != width)) {
            throw new IllegalArgumentException(
                    layer + ": " + name + " must be (1, " + width + "), it is " + start.shape());
        }
        this.width = width;
        this.start = start == null ? null : parts.add(new Parameter(name, start));
    }

    /** The state (N, 1, width) before the first step of x (N, T, …), for the pass to change. */
    Tensor before(Tensor x, String layer, int stream) {
        boolean goesOn = stream > 0 && streamOfValue == stream && value != null;
        streamOfValue = stream;
        if (goesOn) {
            return continued(Passes.kept(value), x, layer);
        }
        value = Buffers.positions(x, 1, width, value);
        if (start == null) {
            return value.fill(0);
        }
        Updates.copyToRows(start.value(), value);
        return value;
    }

    private Tensor continued(Tensor before, Tensor x, String layer) {
        if (before.size(0) != x.size(0)) {
            throw new IllegalArgumentException(layer + ": the stream has " + before.size(0) + " sequences, x is "
                    + x.shape() + "; call stream(true) to begin another");
        }
        value = before.dtype() == x.dtype() ? before : before.to(x.dtype());
        return value;
    }

    /** A tensor for the gradient of the state before the first step, (N, 1, width). */
    Tensor gradient(Tensor output) {
        gradient = Buffers.positions(output, 1, width, gradient);
        return gradient;
    }

    /** dStart += Σ over the sequences of the gradient. */
    void backward() {
        if (start != null) {
            Updates.addRows(Passes.kept(gradient), start.grad());
        }
    }
}
