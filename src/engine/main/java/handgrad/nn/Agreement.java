package handgrad.nn;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What ranks agree on.
 *
 * @param wish the largest of all; -1 if a rank has failed
 * @param failed the lowest rank that has failed; -1 if none has
 * @param message why it has failed
 */
record Agreement(int wish, int failed, String message) {
    /** The wish of a rank that has failed. */
    private static final int FAILED = -1;

    /** The bytes of a message that others get to know; the rest is cut off. */
    private static final int MESSAGE_BYTES = 1024;

    /** An agreement that this rank comes to with a wish. */
    static Agreement of(Collective ranks, int wish) {
        return of(ranks, wish, "");
    }

    /** An agreement that this rank comes to having failed. */
    static Agreement failed(Collective ranks, String message) {
        return of(ranks, FAILED, message);
    }

    private static Agreement of(Collective ranks, int wish, String message) {
        int[] wishes = new int[ranks.size()];
        ranks.allGather(MemorySegment.ofArray(new int[] {wish}), MemorySegment.ofArray(wishes));
        int most = 0;
        for (int rank = 0; rank < wishes.length; rank++) {
            if (wishes[rank] == FAILED) {
                return new Agreement(FAILED, rank, messageOf(rank, ranks, message));
            }
            most = Math.max(most, wishes[rank]);
        }
        return new Agreement(most, -1, "");
    }

    /** Only where a rank has failed are there messages, and all ranks come here. */
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
