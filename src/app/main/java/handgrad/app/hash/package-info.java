/** Weights' hashes after short trainings: the same under every setting of a machine, and on every machine. */
package handgrad.app.hash;
