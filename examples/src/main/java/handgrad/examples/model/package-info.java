/** The networks of the lectures. */
package handgrad.examples.model;
