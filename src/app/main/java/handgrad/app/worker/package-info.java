/**
 * Running code of a user in a JVM of its own, with limits. Java can neither stop a thread nor forbid an exit, so the
 * command runs in a {@link handgrad.app.worker.Worker}, and a {@link handgrad.app.worker.Supervisor} outlives it,
 * prints what it reports, and says how it ended where it cannot say so itself.
 */
package handgrad.app.worker;
