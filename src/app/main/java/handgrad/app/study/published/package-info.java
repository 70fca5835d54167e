/** The study published: every loss that a lecture prints, measured again. */
package handgrad.app.study.published;
