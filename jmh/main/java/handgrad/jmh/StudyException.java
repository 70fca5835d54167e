package handgrad.jmh;

/** A study cannot be done, or computed something wrong; the message says what. */
final class StudyException extends RuntimeException {
    private static final long serialVersionUID = 1;

    StudyException(String message) {
        super(message);
    }

    StudyException(String message, Throwable cause) {
        super(message, cause);
    }
}
