package handgrad.tensor;

import org.jspecify.annotations.Nullable;

/**
 * The forward pass that a tensor comes from: who made it, and in which of its passes. A layer marks its output, and the
 * gradient of its input with the origin of that. So a gradient that belongs to an earlier pass is known when it
 * arrives.
 *
 * <p>An operation that makes a tensor of others passes an origin on: the earliest of the gradients among them, as they
 * go back the furthest, or else the latest of the others. A tensor that was read, drawn or written by hand has none,
 * nor has a weight to which a gradient was added.
 */
public final class Origin {
    private Origin() {}

    /**
     * Marks an output.
     *
     * @param maker who made it, known by its identity; null for nobody
     * @param pass a number that grows with each pass of the maker, and is more than those of the tensors it is made of
     */
    public static void mark(Tensor tensor, @Nullable Object maker, long pass) {
        mark(tensor, maker, pass, false);
    }

    /** Marks the gradient of a tensor of this origin. */
    public static void markGradient(Tensor gradient, @Nullable Object maker, long pass) {
        mark(gradient, maker, pass, true);
    }

    private static void mark(Tensor tensor, @Nullable Object maker, long pass, boolean gradient) {
        tensor.maker = maker;
        tensor.pass = pass;
        tensor.gradient = gradient;
    }

    /** Who made a tensor, or null where it has no origin. */
    public static @Nullable Object maker(Tensor tensor) {
        return tensor.maker;
    }

    /** In which pass of its maker; 0 where it has no origin. */
    public static long pass(Tensor tensor) {
        return tensor.pass;
    }

    /**
     * Passes on an origin of the inputs. A gradient that is added to a tensor without origin has none to pass on: the
     * sum is a weight after its step, or an average, and belongs to no pass.
     */
    static void derive(Op op, Tensor output, Tensor... inputs) {
        boolean stands = false;
        for (var input : inputs) {
            stands |= stands(op, input);
        }
        Tensor from = null;
        for (var input : inputs) {
            from = earlier(from, passing(input, stands));
        }
        mark(output, from);
    }

    /** The same of one input, without an array of it. */
    static void derive(Tensor output, Tensor input) {
        mark(output, passing(input, false));
    }

    /** The same of two. */
    static void derive(Op op, Tensor output, Tensor a, Tensor b) {
        boolean stands = stands(op, a) || stands(op, b);
        mark(output, earlier(passing(a, stands), passing(b, stands)));
    }

    /** Whether an input is a tensor without origin to which others are added. */
    private static boolean stands(Op op, Tensor input) {
        return switch (op) {
            case ADD, SUB, ADD_IN_PLACE, INDEX_ADD, SCATTER_ADD -> input.maker == null && input.dtype() != DType.INT32;
            default -> false;
        };
    }

    /** The input if it has an origin to pass on, or else null. */
    private static @Nullable Tensor passing(Tensor input, boolean stands) {
        return input.maker == null || (stands && input.gradient) ? null : input;
    }

    private static @Nullable Tensor earlier(@Nullable Tensor a, @Nullable Tensor b) {
        return a == null || (b != null && comesBefore(b, a)) ? b : a;
    }

    private static void mark(Tensor output, @Nullable Tensor from) {
        if (from == null) {
            mark(output, null, 0);
        } else {
            mark(output, from.maker, from.pass, from.gradient);
        }
    }

    private static boolean comesBefore(Tensor a, Tensor b) {
        return a.gradient == b.gradient ? a.gradient == a.pass < b.pass : a.gradient;
    }
}
