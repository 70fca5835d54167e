/** Files of tensors. */
package handgrad.io;
