package handgrad.app.command;

import handgrad.file.PrintableText;

/** Input that a command cannot run with. Its message is one line for the user: what is wrong, where, what to do. */
public final class WrongInputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public WrongInputException(String message) {
        super(PrintableText.of(message));
    }
}
