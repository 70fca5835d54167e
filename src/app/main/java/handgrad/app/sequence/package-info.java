/**
 * The models of sequences that train has: {@link handgrad.app.sequence.SequenceModel} says what differs from one to
 * another, and the rest of the package does with each what train does with the models of the lectures.
 */
package handgrad.app.sequence;
