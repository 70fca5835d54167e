package handgrad.blas;

/** A library that is refused; the message is the rest of a line that starts with where the library came from. */
final class UnusableLibraryException extends Exception {
    private static final long serialVersionUID = 1L;

    UnusableLibraryException(String reason) {
        super(reason);
    }
}
