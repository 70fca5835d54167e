package handgrad.mpi;

import java.lang.foreign.MemorySegment;

/**
 * All ranks of a job: what MPI calls {@code MPI_COMM_WORLD}.
 *
 * <p>Every rank calls the same methods in the same order, with buffers that fit each other. A call returns when this
 * rank's part is done. Ranks that wait keep a processor busy.
 *
 * <p>Buffers are off-heap, at least as aligned as their data asks for, and of at most 2³¹ − 1 bytes; longer data goes
 * in several calls. What two arguments name must not overlap.
 *
 * <p>All calls come from the thread that opened it, a platform thread, as {@code MPI_THREAD_FUNNELED} asks; those of
 * another throw {@link IllegalStateException}. After {@link Mpi#open} the process must start no other process, which
 * some networks do not survive.
 *
 * <p>A call that fails throws {@link MpiException}.
 *
 * <p>There is no sum of floating-point numbers: MPI may add them in any order, which depends on the library, on the
 * number of ranks and on the length, so that one input has several results. Exchange the numbers and add them in an
 * order of your own.
 *
 * <p>It is no {@link AutoCloseable}: after an exception, {@link #close} would wait for ranks that wait for this one.
 */
public final class Communicator {
    private final Thread owner = Thread.currentThread();
    private final MpiLibrary library;
    private final MpiFunctions functions;
    private final int rank;
    private final int size;
    private boolean closed;

    Communicator(MpiLibrary library) {
        this.library = library;
        functions = library.functions();
        rank = functions.rank();
        size = functions.size();
    }

    /** The number of this process among the ranks, from 0. */
    public int rank() {
        return rank;
    }

    /** The number of ranks. */
    public int size() {
        return size;
    }

    /** The library in words: its name and version, its binary interface, where it is from. */
    public String library() {
        return library.toString();
    }

    /** Returns when every rank has called it. */
    public void barrier() {
        requireOpen();
        functions.barrier();
    }

    /**
     * Copies the buffer of one rank to all.
     *
     * @param buffer read by the root, written by the others; of one length in all ranks
     * @param root the rank that has the data
     */
    public void broadcast(MemorySegment buffer, int root) {
        requireOpen();
        requireBuffer("broadcast", buffer, rank != requireRank("broadcast", root));
        functions.broadcast(buffer, root);
    }

    /**
     * Adds 64-bit integers over all ranks, modulo 2⁶⁴, so that the order does not matter; every rank gets the sums in
     * place of its numbers.
     *
     * @param integers of one length in all ranks
     */
    public void sum(MemorySegment integers) {
        requireOpen();
        requireBuffer("sum", integers, true);
        if (integers.byteSize() % Long.BYTES != 0) {
            throw new IllegalArgumentException(
                    "sum: 64-bit integers have 8 bytes each, the buffer has " + integers.byteSize());
        }
        functions.sum(integers);
    }

    /**
     * Sends piece j to rank j, and receives piece i from rank i; all pieces have one length.
     *
     * @param send one piece for each rank, in their order
     * @param receive of the same length
     */
    public void allToAll(MemorySegment send, MemorySegment receive) {
        requireOpen();
        requireBuffer("allToAll", send, false);
        requireBuffer("allToAll", receive, true);
        if (send.byteSize() != receive.byteSize() || send.byteSize() % size != 0) {
            throw new IllegalArgumentException("allToAll: both buffers need " + size + " pieces of one length, they"
                    + " have " + send.byteSize() + " and " + receive.byteSize() + " bytes");
        }
        functions.allToAll(send, receive, Math.toIntExact(send.byteSize() / size));
    }

    /**
     * Gives every rank the data of all, which have one length.
     *
     * @param send the data of this rank
     * @param receive filled with those of each rank, in their order
     */
    public void allGather(MemorySegment send, MemorySegment receive) {
        requireOpen();
        requireBuffer("allGather", send, false);
        requireBuffer("allGather", receive, true);
        if (receive.byteSize() != send.byteSize() * size) {
            throw new IllegalArgumentException("allGather: " + size + " ranks send " + send.byteSize()
                    + " bytes each, there is room for " + receive.byteSize());
        }
        functions.allGather(send, receive);
    }

    /**
     * Sends to one rank while it receives from one, which may be the same or this one itself.
     *
     * @param receive of the length that the source sends
     */
    public void sendReceive(MemorySegment send, int destination, MemorySegment receive, int source) {
        requireOpen();
        requireBuffer("sendReceive", send, false);
        requireBuffer("sendReceive", receive, true);
        functions.sendReceive(
                send, requireRank("sendReceive", destination), receive, requireRank("sendReceive", source));
    }

    /** Ends all ranks, if MPI may be called here and now; else it does nothing. */
    void abort(int exitCode) {
        if (!closed && Thread.currentThread() == owner) {
            functions.abort(exitCode);
        }
    }

    /**
     * Ends MPI: every rank calls it, after its last call. It waits for the others, so a rank that failed must not call
     * it, but {@link Mpi#abort}. MPI cannot be opened again.
     */
    public void close() {
        requireOpen();
        closed = true;
        functions.end();
    }

    private void requireOpen() {
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException(
                    "MPI was opened by the thread " + owner.getName() + " and may be called by no other, but is by "
                            + Thread.currentThread().getName());
        }
        if (closed) {
            throw new IllegalStateException("MPI is closed");
        }
    }

    private int requireRank(String operation, int number) {
        if (number < 0 || number >= size) {
            throw new IllegalArgumentException(operation + ": there is no rank " + number + " among " + size);
        }
        return number;
    }

    private static void requireBuffer(String operation, MemorySegment buffer, boolean written) {
        if (!buffer.isNative()) {
            throw new IllegalArgumentException(operation + ": a buffer must be off-heap memory");
        }
        if (buffer.byteSize() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(operation + ": a buffer has at most " + Integer.MAX_VALUE
                    + " bytes, this one has " + buffer.byteSize() + "; use several calls");
        }
        if (written && buffer.isReadOnly()) {
            throw new IllegalArgumentException(operation + ": the buffer to be written is read-only");
        }
    }
}
