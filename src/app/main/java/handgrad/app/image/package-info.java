/** The image: handgrad in one folder with a Java of its own, for machines without a JDK, Maven or a checkout. */
package handgrad.app.image;
