/** Recorded passes: named tensors with the gradients written for them, and the graph of what ran. */
package handgrad.check.pass;
