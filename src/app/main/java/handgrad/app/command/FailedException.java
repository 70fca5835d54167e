package handgrad.app.command;

import handgrad.file.PrintableText;

/** A command that could run and failed. Its message is one line for the user: what failed, where, what to do. */
public final class FailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public FailedException(String message) {
        super(PrintableText.of(message));
    }
}
