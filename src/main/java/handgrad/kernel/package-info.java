/**
 * Loops over raw arrays: Vector API, scalar and float64 versions of each kernel, and the routing of matrix products.
 * Kernels trust their caller and check nothing; the checks are in {@code handgrad.tensor}.
 */
package handgrad.kernel;
