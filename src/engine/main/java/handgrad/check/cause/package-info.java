/** Rules that find out why a gradient is wrong, from its numbers and those of the tensors around it. */
package handgrad.check.cause;
