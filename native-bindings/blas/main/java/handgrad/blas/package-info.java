/** OpenBLAS: finding it, checking it, calling it. The only place of the project with native calls. */
package handgrad.blas;
