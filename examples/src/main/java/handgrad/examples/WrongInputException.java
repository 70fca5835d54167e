package handgrad.examples;

/** Input that a command cannot run with. Its message is one line for the user: what is wrong, where, what to do. */
final class WrongInputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WrongInputException(String message) {
        super(message);
    }
}
