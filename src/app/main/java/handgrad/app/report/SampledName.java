package handgrad.app.report;

/**
 * A name that a model made.
 *
 * @param name the name; it may be empty
 * @param mark where it also occurs: {@code in train}, {@code in dev}, {@code in test}, or {@code new}
 */
public record SampledName(String name, String mark) {}
