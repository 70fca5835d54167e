/**
 * What a training is seen doing: statistics of its tensors, as makemore part 3 takes them, and advice drawn from them.
 */
package handgrad.diagnostics;
