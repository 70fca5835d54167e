package handgrad.data;

import handgrad.tensor.Tensor;

/**
 * Some rows of a data set.
 *
 * @param x what a model sees: characters, INT32 of shape (N, block size), or images, FLOAT32 of shape (N, channels,
 *     height, width)
 * @param y what it should say of each row of x, INT32 of shape (N): the character that follows, or the class of the
 *     image
 */
public record Batch(Tensor x, Tensor y) {}
