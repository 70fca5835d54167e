package handgrad.app.mpi;

import handgrad.app.command.ExitCode;
import handgrad.mpi.Communicator;
import handgrad.mpi.Launcher;
import handgrad.mpi.Mpi;
import handgrad.nn.Collective;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The ranks that a launcher of MPI started, as the engine sees them. MPI reads and writes memory off the heap: what is
 * on it is copied through buffers, which stay for the next call.
 *
 * <p>All calls come from the thread that opened it.
 */
public final class MpiCollective implements Collective {
    /** Of a broadcast at once, in bytes: enough for the speed of a network. */
    private static final long PIECE = 1 << 22;

    private final Communicator ranks;
    private MemorySegment sending = MemorySegment.NULL;
    private MemorySegment receiving = MemorySegment.NULL;

    /** Starts MPI, as {@link MpiRanks#open} does. */
    public static MpiCollective open() {
        return new MpiCollective(MpiRanks.open());
    }

    /**
     * The ranks that this process is one of: itself alone, where no launcher of MPI started it.
     *
     * @param isShared whether it has work for several ranks; where it has not, tasks of Slurm are runs of their own
     */
    public static Collective ofThisProcess(boolean isShared) {
        return Launcher.current()
                .filter(launcher -> isShared || MpiRanks.isOneProgram())
                .<Collective>map(_ -> open())
                .orElse(Collective.single());
    }

    private MpiCollective(Communicator ranks) {
        this.ranks = ranks;
    }

    @Override
    public int rank() {
        return ranks.rank();
    }

    @Override
    public int size() {
        return ranks.size();
    }

    @Override
    public void allToAll(MemorySegment sent, MemorySegment received) {
        var target = target(received);
        ranks.allToAll(source(sent), target);
        deliver(target, received);
    }

    @Override
    public void allGather(MemorySegment sent, MemorySegment received) {
        var target = target(received);
        ranks.allGather(source(sent), target);
        deliver(target, received);
    }

    @Override
    public void broadcast(MemorySegment data) {
        for (long from = 0; from < data.byteSize(); from += PIECE) {
            var piece = data.asSlice(from, Math.min(PIECE, data.byteSize() - from));
            var buffer = source(piece);
            ranks.broadcast(buffer, 0);
            if (rank() > 0) {
                deliver(buffer, piece);
            }
        }
    }

    /** Says why and ends the processes of all ranks; it does not return. */
    @Override
    public void abort(String message) {
        System.err.println("handgrad: rank " + rank() + ": " + message);
        Mpi.abort(ExitCode.FAILED);
    }

    /** Ends MPI. A rank that failed does not come here, but ends the others where they wait for it here. */
    @Override
    public void close() {
        ranks.close();
    }

    private MemorySegment source(MemorySegment sent) {
        if (sent.isNative()) {
            return sent;
        }
        if (sending.byteSize() < sent.byteSize()) {
            sending = allocate(sent.byteSize());
        }
        return sending.asSlice(0, sent.byteSize()).copyFrom(sent);
    }

    private MemorySegment target(MemorySegment received) {
        if (received.isNative()) {
            return received;
        }
        if (receiving.byteSize() < received.byteSize()) {
            receiving = allocate(received.byteSize());
        }
        return receiving.asSlice(0, received.byteSize());
    }

    private static void deliver(MemorySegment target, MemorySegment received) {
        if (!received.isNative()) {
            received.copyFrom(target);
        }
    }

    private static MemorySegment allocate(long bytes) {
        return Arena.ofAuto().allocate(bytes, 64);
    }
}
