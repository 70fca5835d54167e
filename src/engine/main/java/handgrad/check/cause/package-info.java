/** Why a gradient is wrong: rules that look at its numbers, and at those of its neighbours in the pass. */
package handgrad.check.cause;
