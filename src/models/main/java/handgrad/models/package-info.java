/** The networks of the lectures. */
package handgrad.models;
