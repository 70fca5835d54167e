/** How the gradient of a tensor of a recorded pass is derived: an element, its sum, the matrices, the numbers. */
@org.jspecify.annotations.NullMarked
package handgrad.app.derivation;
