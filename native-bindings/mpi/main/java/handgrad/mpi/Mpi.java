package handgrad.mpi;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * MPI, the message-passing interface, for a process that a launcher such as {@code mpirun} started as one of several
 * ranks; {@link Launcher#current} tells whether it is.
 *
 * <p>{@link #open} looks for a library, in this order:
 *
 * <ol>
 *   <li>the system property {@code handgrad.mpi}, else the environment variable {@code HANDGRAD_MPI}: the path of a
 *       library. What is named here is used or refused; nothing is silently put in its place;
 *   <li>the usual names of the launcher's kind, then those of the other, as the dynamic loader finds them, and each in
 *       the folders of libraries beside an {@code mpiexec} on {@code PATH}. </ol>
 *
 * <p>Open MPI, MPICH with what is made from it, and every library with the standard ABI of MPI 5.0 are known. A library
 * is used only if it is of the launcher's kind, sees as many ranks as the launcher started, and passes a self-test.
 *
 * <p>UCX, a network layer below many libraries, takes over signals that the JVM needs, unless the environment variable
 * {@code UCX_ERROR_SIGNALS} is set to nothing and {@code UCX_DEBUG_SIGNO} to 0 before the JVM starts. A library that
 * does so is refused.
 */
public final class Mpi {
    private static final AtomicBoolean STARTED = new AtomicBoolean();
    private static volatile @Nullable Communicator opened;

    private Mpi() {}

    /**
     * Starts MPI, which waits for all ranks to do so, and tests it with them. Once in a process, by a platform thread,
     * which then makes all calls.
     *
     * @throws MpiException if no launcher started this process, no library can be used, or the self-test fails
     * @throws IllegalStateException if it was called before, or by a virtual thread
     */
    public static Communicator open() {
        var launcher = Launcher.current()
                .orElseThrow(() -> new MpiException(
                        "MPI: no launcher started this process (neither OMPI_COMM_WORLD_SIZE nor PMI_SIZE is"
                                + " set); start it by mpirun -n, with the number of ranks"));
        if (STARTED.getAndSet(true)) {
            throw new IllegalStateException("MPI can be opened once in a process, and was");
        }
        var communicator = open(MpiConfiguration.ofSystem(launcher));
        opened = communicator;
        return communicator;
    }

    static Communicator open(MpiConfiguration configuration) {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException(
                    "MPI wants all its calls from one thread of the system, and a virtual thread"
                            + " moves between several; open it in a platform thread");
        }
        var signals = JvmSignals.now();
        var library = MpiLoader.load(configuration);
        try {
            return start(library, configuration.launcher(), signals);
        } catch (MpiException refusal) {
            throw new MpiException("MPI: " + library + ": " + refusal.getMessage());
        }
    }

    private static Communicator start(MpiLibrary library, Launcher launcher, JvmSignals signals) {
        signals.requireUntouched();
        if (library.functions().isInitialized()) {
            throw new MpiException("another part of this process has started it");
        }
        library.functions().start();
        signals.requireUntouched();
        var communicator = new Communicator(library);
        if (communicator.size() != launcher.size()) {
            throw new MpiException("sees a job of " + communicator.size() + " ranks, but " + launcher.kind()
                    + " started " + launcher.size() + "; it is a library of another launcher");
        }
        MpiSelfTest.run(communicator);
        return communicator;
    }

    /**
     * Ends all ranks at once with this exit code, whether or not MPI is open; what they were doing is lost. This
     * process ends without shutdown hooks, and the launcher may print words of its own. Any thread may call it.
     *
     * @param exitCode from 1 to 255
     */
    public static void abort(int exitCode) {
        try {
            var communicator = opened;
            if (communicator != null) {
                communicator.abort(exitCode);
            }
            // From another thread, and before it is open, MPI may not be called.
            Launcher.current().ifPresent(launcher -> launcher.abort(exitCode));
        } finally {
            Runtime.getRuntime().halt(exitCode);
        }
    }
}
