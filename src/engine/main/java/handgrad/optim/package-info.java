/** Optimisers and learning-rate schedules. */
package handgrad.optim;
