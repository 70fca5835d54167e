/** The study of transforms: what each does to a linear model on skewed data, and BatchNorm as one of them. */
package handgrad.app.study.transforms;
