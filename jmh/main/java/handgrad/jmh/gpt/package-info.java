/** Training steps of a GPT by handgrad and by others, each in processes of its own. */
package handgrad.jmh.gpt;
