/** The gradient of one tensor of a recorded pass, derived step by step: an element, its sum, the matrices, the numbers. */
@org.jspecify.annotations.NullMarked
package handgrad.app.derivation;
