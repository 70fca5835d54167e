/** The study scale: how the time of a step would fall with more ranks, computed from what two of them measure. */
package handgrad.app.study.scale;
