/** The study batchnorm: networks, what normalises them, probes, and the verdicts on the claims of the paper. */
package handgrad.app.study.batchnorm;
