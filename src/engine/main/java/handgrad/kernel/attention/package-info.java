/** Causal self-attention, fused over heads. */
package handgrad.kernel.attention;
