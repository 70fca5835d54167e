/** Gradient checking against central differences. */
package handgrad.check;
