package handgrad.data;

import handgrad.tensor.Tensor;

/**
 * Some rows of a data set.
 *
 * @param x the characters a model sees, INT32 of shape (N, block size)
 * @param y the character that follows each row of x, INT32 of shape (N)
 */
public record Batch(Tensor x, Tensor y) {}
