/** The study zero-init: what does and does not train from weights of zero. */
package handgrad.app.study.zeroinit;
