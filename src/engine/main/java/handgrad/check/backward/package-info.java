/** The right backward pass of a recorded forward pass, and the wrong ones that usual mistakes make of it. */
@org.jspecify.annotations.NullMarked
package handgrad.check.backward;
