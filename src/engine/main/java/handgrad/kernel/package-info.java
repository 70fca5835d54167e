/**
 * Loops over raw arrays: elementwise operations, reductions, softmax, updates and rows, each by the Vector API, by
 * plain loops, and in float64. Kernels trust their caller and check nothing; the checks are in {@code handgrad.tensor}.
 */
package handgrad.kernel;
