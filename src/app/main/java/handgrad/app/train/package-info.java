/** Training and sampling: the loop, the run folder, the commands. */
package handgrad.app.train;
