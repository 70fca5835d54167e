/** Which matrix product goes to OpenBLAS and which to the Java kernels: the choice, its file, its calibration. */
package handgrad.kernel.route;
