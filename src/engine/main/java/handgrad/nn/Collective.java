package handgrad.nn;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Ranks that compute together: processes of a cluster, or threads of one JVM. Each has a number, its rank, and all of
 * them call the same operations in the same order; a call returns when its part is done.
 *
 * <pre>{@code
 * var parallel = new DataParallel(collective, 8, newModel, CrossEntropyLoss::new);  // the same at every rank
 * var sgd = new Sgd(parallel.parameters());
 * for (int step = 0; step < steps; step++) {
 *     var batch = names.train().batch(4096, random);                                // the same at every rank
 *     sgd.zeroGrad();
 *     double loss = parallel.forwardBackward(batch.x(), batch.y());                 // each computes its shards
 *     sgd.step(0.1);                                                                // the same bits at every rank
 * }
 * if (collective.rank() == 0) {
 *     Safetensors.write(file, parallel.model().stateDict());
 * }
 * }</pre>
 *
 * <p>{@link #single} is one rank, {@link #threads} are ranks in threads. Another kind, such as one over MPI, implements
 * the six abstract methods: who it is, three ways to move bytes, and an end of all. What is built on them, such as the
 * sum of gradients, is in the engine once.
 *
 * <p><b>Failure.</b> A rank that failed must not leave the others waiting. Where all come to an {@link #agree
 * agreement} next, as they do at the beginning of {@link DataParallel#forwardBackward}'s exchange, it goes there by
 * {@link #fail}: then all ranks throw, and each knows the first that failed and why. Where they do not, it calls
 * {@link #abort}.
 */
public interface Collective extends AutoCloseable {
    /** The number of this rank, from 0. */
    int rank();

    /** How many ranks there are, at least 1. */
    int size();

    /**
     * Sends slice j of what each rank gives to rank j.
     *
     * @param sent {@link #size()} slices of equally many bytes, the same number at every rank; on the heap or off it
     * @param received of the same size, written: slice i is from rank i; no part of what is sent
     */
    void allToAll(MemorySegment sent, MemorySegment received);

    /**
     * Sends what each rank gives to all ranks.
     *
     * @param sent as many bytes at every rank
     * @param received {@link #size()} times as many, written: slice i is from rank i; no part of what is sent
     */
    void allGather(MemorySegment sent, MemorySegment received);

    /**
     * Sends what rank 0 has to all ranks.
     *
     * @param data as many bytes at every rank; read at rank 0, written at the others
     */
    void broadcast(MemorySegment data);

    /**
     * Ends all ranks at once, wherever they are: processes end, and threads that wait for this rank, or come to wait,
     * throw a {@link RankFailedException} of it. It may return; the rank then ends by itself.
     *
     * @param message why
     */
    void abort(String message);

    /** One rank, which computes alone. */
    static Collective single() {
        return SingleRank.INSTANCE;
    }

    /**
     * Ranks for threads of this JVM, by their number. Each is for one thread; one that ends without its part of an
     * operation must call {@link #fail} or {@link #abort}, since the others wait for it.
     *
     * @param size how many, at least 1
     */
    static List<Collective> threads(int size) {
        return ThreadRanks.of(size);
    }

    /** Ends this rank in order, when all others do so too; where one of them has failed it may not return. */
    @Override
    default void close() {}

    /** Returns when all ranks have come here. */
    default void barrier() {
        agree(0);
    }

    /**
     * Lets all ranks agree: returns the largest wish, the same at every rank, such as 1 where one of them was asked to
     * stop.
     *
     * @param wish at least 0
     * @throws RankFailedException if a rank came here by {@link #fail}; all ranks throw then
     */
    default int agree(int wish) {
        if (wish < 0) {
            throw new IllegalArgumentException("Collective: a wish must be at least 0, it is " + wish);
        }
        if (size() == 1) {
            return wish;
        }
        return Agreement.agree(this, new double[] {wish}, new double[size()]);
    }

    /**
     * Takes part in the next {@link #agree} of the other ranks as one that has failed, so that all of them end. A
     * failure that all know of already, a {@link RankFailedException}, is returned as it is.
     *
     * @return what is to be thrown: it tells of the lowest rank that failed, and at that one the failure is its cause
     */
    default RankFailedException fail(Throwable failure) {
        return Agreement.fail(this, 1, failure);
    }

    /**
     * Sends a text of rank 0 to all ranks.
     *
     * @param text of rank 0; that of the others is not looked at
     * @return the text of rank 0
     */
    default String broadcast(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        var length = MemorySegment.ofArray(new int[] {bytes.length});
        broadcast(length);
        byte[] all = rank() == 0 ? bytes : new byte[length.getAtIndex(ValueLayout.JAVA_INT, 0)];
        broadcast(MemorySegment.ofArray(all));
        return new String(all, StandardCharsets.UTF_8);
    }
}
