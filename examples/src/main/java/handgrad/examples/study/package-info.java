/** Questions about training, answered by measuring. */
package handgrad.examples.study;
