/** Layers and losses, each backward pass written by hand under its forward pass. */
package handgrad.nn;
