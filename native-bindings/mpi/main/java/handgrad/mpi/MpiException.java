package handgrad.mpi;

/**
 * MPI cannot be used, or a call of it failed. The message is one line: what is wrong, where, and what to do.
 *
 * <p>The other ranks may then wait for this one for ever: {@link Mpi#abort} ends them too.
 */
public final class MpiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MpiException(String message) {
        super(message);
    }
}
