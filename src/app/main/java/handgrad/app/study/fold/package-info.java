/** The study batchnorm-fold: batch normalisation folded into the layer before it. */
package handgrad.app.study.fold;
