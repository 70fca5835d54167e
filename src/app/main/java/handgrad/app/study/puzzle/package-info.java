/** The study not-puzzle: why a tiny network fails to learn NOT. */
package handgrad.app.study.puzzle;
