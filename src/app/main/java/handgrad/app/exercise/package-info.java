/** The exercises in writing gradients by hand. */
package handgrad.app.exercise;
