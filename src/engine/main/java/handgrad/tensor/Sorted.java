package handgrad.tensor;

/**
 * Elements in order along one dimension.
 *
 * @param values the elements
 * @param indices INT32, of the same shape: where along the dimension each one was
 */
public record Sorted(Tensor values, Tensor indices) {}
