/** What a check of gradients finds: right, wrong with its cause, or could not be checked with its reason. */
package handgrad.check.result;
