/** Data sets: names, split into rows of context and next character. */
package handgrad.data;
