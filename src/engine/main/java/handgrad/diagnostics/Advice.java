package handgrad.diagnostics;

/**
 * A line of the doctor for models.
 *
 * @param rule the fault that it knows
 * @param step the step that showed it
 * @param text one sentence with the numbers, and one on what to do
 */
public record Advice(Rule rule, int step, String text) {
    /** The text alone. */
    @Override
    public String toString() {
        return text;
    }
}
