/** The command {@code gpt2}: GPT-2 as llm.c has it. */
package handgrad.app.gpt2;
