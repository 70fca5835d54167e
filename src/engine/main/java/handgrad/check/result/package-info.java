/** What a check of gradients finds: right, or wrong with its cause. */
package handgrad.check.result;
