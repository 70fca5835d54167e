/** Convolution, max-pooling and unfolding: forward and backward. */
package handgrad.kernel.conv;
