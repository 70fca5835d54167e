/** Texts as tokens of vocabularies that others have made. */
package handgrad.app.text;
