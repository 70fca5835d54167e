/**
 * What handgrad computes, as a list: every operation, layer and loss with its gradient, sample inputs, inputs that it
 * refuses, and a definition for its value. The tests and {@code ./handgrad check} are made from it.
 *
 * <p>It is also a place to read how the gradient of an operation is written: the formula stands above the code.
 */
package handgrad.check.registry;
