package handgrad.app.mpi;

import handgrad.app.command.WrongInputException;
import handgrad.mpi.Communicator;
import handgrad.mpi.Launcher;
import handgrad.mpi.Mpi;
import handgrad.mpi.MpiException;

/** Starts MPI, and ends this process as one of several ranks. */
public final class MpiRanks {
    private static volatile boolean opened;

    private MpiRanks() {}

    /**
     * Starts MPI; every rank does it.
     *
     * @throws WrongInputException if there is no library that can be used
     */
    public static Communicator open() {
        try {
            var communicator = Mpi.open();
            opened = true;
            return communicator;
        } catch (MpiException refusal) {
            throw new WrongInputException(String.valueOf(refusal.getMessage()));
        }
    }

    /**
     * Ends this process after a failure, and with it the other ranks, which would wait for it. Tasks of Slurm that did
     * not start MPI go on: each may be a run of its own.
     */
    public static void exit(int code) {
        if (opened || isOneProgram()) {
            Mpi.abort(code);
        }
        System.exit(code);
    }

    /** Whether a launcher of MPI itself started this process, whose ranks are one program. */
    static boolean isOneProgram() {
        return Launcher.current()
                .filter(launcher -> launcher.kind() != Launcher.Kind.SLURM)
                .isPresent();
    }
}
