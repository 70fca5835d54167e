/**
 * Recurrent layers: loops from the first step to the last, and through time from the last to the first.
 *
 * <p>Sequences are (batch, steps, columns). The product of all inputs with their weight is made before, for all steps
 * at once; what is left to a step is the product of the state before it with the recurrent weight, which multiplies
 * rows that are a sequence apart where they lie, and one loop over the gates of each sequence.
 */
package handgrad.kernel.recurrent;
