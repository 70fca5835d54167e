/** Gradients by central differences: steps, tolerances, and which elements are taken. */
package handgrad.check.difference;
