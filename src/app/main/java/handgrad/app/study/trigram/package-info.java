/** The study trigram: counts of two and of three characters beside networks. */
package handgrad.app.study.trigram;
