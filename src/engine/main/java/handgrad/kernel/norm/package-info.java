/** Batch normalisation, over rows and over images, and layer normalisation: forward and backward. */
package handgrad.kernel.norm;
