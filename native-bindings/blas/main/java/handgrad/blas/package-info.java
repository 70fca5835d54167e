/** OpenBLAS: finding it, checking it, calling it. */
package handgrad.blas;
