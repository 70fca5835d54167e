/** What the study of batch normalisation trains, and how it measures: networks, what normalises them, probes. */
package handgrad.examples.batchnorm;
