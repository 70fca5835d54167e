/** Data sets and what reads them: names, images, files of numbers; splits, and batches of any of them. */
package handgrad.data;
