/** What every kernel stands on: threads, scratch memory, vector species, and what the CPU is. */
package handgrad.kernel.runtime;
