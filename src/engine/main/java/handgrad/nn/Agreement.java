package handgrad.nn;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What ranks agree on: a wish of each, or that one of them has failed. */
final class Agreement {
    /** The wish of a rank that has failed. */
    static final int FAILED = -1;

    /** The bytes of a message that others get to know; the rest is cut off. */
    private static final int MESSAGE_BYTES = 1024;

    private Agreement() {}

    /**
     * The largest wish of all ranks.
     *
     * @param message why this rank failed, if it did
     * @throws RankFailedException if one did
     */
    static int of(Collective ranks, int wish, String message) {
        int[] wishes = new int[ranks.size()];
        ranks.allGather(MemorySegment.ofArray(new int[] {wish}), MemorySegment.ofArray(wishes));
        int most = 0;
        for (int rank = 0; rank < wishes.length; rank++) {
            if (wishes[rank] == FAILED) {
                throw new RankFailedException(rank, messageOf(rank, ranks, message));
            }
            most = Math.max(most, wishes[rank]);
        }
        return most;
    }

    /** Only where a rank has failed is there a message, and all ranks come here. */
    private static String messageOf(int rank, Collective ranks, String message) {
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
