package handgrad.nn;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What ranks agree on: whether all are well, their largest wish, and what each of them gives besides. */
final class Agreement {
    /** The wish of a rank that has failed. */
    private static final int FAILED = -1;

    /** The bytes of a message that others get to know; the rest is cut off. */
    private static final int MESSAGE_BYTES = 1024;

    private Agreement() {}

    /**
     * Lets all ranks agree.
     *
     * @param given the wish of this rank, at least 0, and other numbers: as many at every rank
     * @param all {@link Collective#size()} times as many, written: what each rank has given
     * @return the largest wish
     * @throws RankFailedException if a rank came by {@link #fail}
     */
    static int agree(Collective ranks, double[] given, double[] all) {
        int failed = exchange(ranks, given, all);
        if (failed >= 0) {
            throw new RankFailedException(failed, message(failed, ranks, ""), null);
        }
        double most = 0;
        for (int rank = 0; rank < ranks.size(); rank++) {
            most = Math.max(most, all[rank * given.length]);
        }
        return (int) most;
    }

    /**
     * Comes to an agreement having failed.
     *
     * @param length of what is given there
     * @return what is to be thrown: it tells of the lowest rank that failed, and at that one the failure is its cause
     */
    static RankFailedException fail(Collective ranks, int length, Throwable failure) {
        if (failure instanceof RankFailedException known) {
            return known;
        }
        double[] given = new double[length];
        given[0] = FAILED;
        var own = String.valueOf(failure.getMessage());
        int failed = exchange(ranks, given, new double[ranks.size() * length]);
        return new RankFailedException(failed, message(failed, ranks, own), failed == ranks.rank() ? failure : null);
    }

    /** The lowest rank that has failed; -1 where none has. */
    private static int exchange(Collective ranks, double[] given, double[] all) {
        ranks.allGather(MemorySegment.ofArray(given), MemorySegment.ofArray(all));
        for (int rank = 0; rank < ranks.size(); rank++) {
            if (all[rank * given.length] == FAILED) {
                return rank;
            }
        }
        return -1;
    }

    /** Only where a rank has failed are there messages, and all ranks come here. */
    private static String message(int rank, Collective ranks, String message) {
        byte[] own = Arrays.copyOf(message.getBytes(StandardCharsets.UTF_8), MESSAGE_BYTES);
        byte[] all = new byte[ranks.size() * MESSAGE_BYTES];
        ranks.allGather(MemorySegment.ofArray(own), MemorySegment.ofArray(all));
        int from = rank * MESSAGE_BYTES;
        int end = from;
        while (end < from + MESSAGE_BYTES && all[end] != 0) {
            end++;
        }
        return new String(all, from, end - from, StandardCharsets.UTF_8);
    }
}
