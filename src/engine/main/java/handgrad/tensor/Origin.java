package handgrad.tensor;

import org.jspecify.annotations.Nullable;

/**
 * The forward pass that a tensor comes from: who made it, and in which of its passes. A layer marks its output, and an
 * operation that makes a tensor of others passes on the latest of theirs. So a gradient that belongs to an earlier pass
 * is known when it arrives. A tensor that was read, drawn or written by hand has no origin.
 */
public final class Origin {
    private Origin() {}

    /**
     * Marks a tensor.
     *
     * @param maker who made it, known by its identity; null for nobody
     * @param pass a number that grows with each pass of the maker, and is more than those of the tensors it is made of
     */
    public static void mark(Tensor tensor, @Nullable Object maker, long pass) {
        tensor.maker = maker;
        tensor.pass = pass;
    }

    /** Who made a tensor, or null where it has no origin. */
    public static @Nullable Object maker(Tensor tensor) {
        return tensor.maker;
    }

    /** In which pass of its maker; 0 where it has no origin. */
    public static long pass(Tensor tensor) {
        return tensor.pass;
    }

    /** Passes on the latest origin of the inputs. */
    static void derive(Tensor output, Tensor... inputs) {
        Object maker = null;
        long pass = 0;
        for (var input : inputs) {
            if (input.pass > pass) {
                maker = input.maker;
                pass = input.pass;
            }
        }
        mark(output, maker, pass);
    }
}
