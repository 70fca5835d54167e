package handgrad.diagnostics;

/**
 * Rows of numbers, to be drawn as a grey image.
 *
 * @param values rows × columns of them, row-major
 */
@SuppressWarnings("ArrayRecordComponent") // read, never compared
public record Picture(int rows, int columns, float[] values) {}
