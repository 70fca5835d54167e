/**
 * The command learn: it checks a learner's file each time it is saved, and shows what it found in the terminal and on a
 * page.
 *
 * <p>The learner's code runs in a JVM of its own, a {@link handgrad.app.learn.CheckingProcess}, in which a {@link
 * handgrad.app.learn.CheckingMain} waits with everything loaded; a spare one waits beside it for the case that the code
 * does not come back. All that happens is an {@link handgrad.app.learn.Event}, and one thread, that of the {@link
 * handgrad.app.learn.Lesson}, answers one after the other.
 */
package handgrad.app.learn;
