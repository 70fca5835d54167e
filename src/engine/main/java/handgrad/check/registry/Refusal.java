package handgrad.check.registry;

/**
 * A use that an operation refuses with an {@link IllegalArgumentException}.
 *
 * @param message the whole message of the exception
 * @param call the use
 */
public record Refusal(String message, Runnable call) {}
