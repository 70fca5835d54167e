package handgrad.data;

import handgrad.tensor.Tensor;

/**
 * Some rows of a data set.
 *
 * @param x what a model sees: characters, INT32 of shape (N, block size), images, FLOAT32 of shape (N, channels,
 *     height, width), or rows of any tensor
 * @param y what it should say of each row of x: the character that follows or the class of the image, INT32 of shape
 *     (N), or rows of any tensor
 */
public record Batch(Tensor x, Tensor y) {}
