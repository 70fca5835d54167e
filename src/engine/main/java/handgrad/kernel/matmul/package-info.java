/** The matrix product. */
package handgrad.kernel.matmul;
