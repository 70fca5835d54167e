package handgrad.io;

/**
 * A part of a training that a {@link Checkpoint} saves and sets again, such as a source of batches of one's own;
 * PyTorch's {@code Stateful}. It gets its name in {@link TrainingState#with(String, Stateful)}.
 */
public interface Stateful {
    /** The state of now, all that what follows depends on. The tensors may be this part's own: they are not changed. */
    SavedState save();

    /**
     * Goes on from a saved state, so that all that follows is as it would have been.
     *
     * @param saved as {@link #save} gave it, of this part or of one that was made alike
     * @throws IllegalArgumentException if it does not fit, as a part is missing; the message says all that is wrong.
     *     The training is then given what {@link #save} gave before
     */
    void restore(SavedState saved);
}
