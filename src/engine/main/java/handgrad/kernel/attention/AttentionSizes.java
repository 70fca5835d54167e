package handgrad.kernel.attention;

/**
 * The sizes of a causal self-attention. The queries are the positions from one to before another, and each sees the
 * keys up to its own position; in training they are all positions.
 *
 * @param batch sequences
 * @param capacity positions that q, k and v have room for
 * @param from the first query
 * @param to the position behind the last query
 * @param heads heads
 * @param headSize numbers of a head, d
 * @param dropout the probability that an element of P becomes 0; the others are divided by the rest
 * @param seed what the mask of dropout follows from
 */
public record AttentionSizes(
        int batch, int capacity, int from, int to, int heads, int headSize, double dropout, long seed) {
    /** All positions, without dropout. */
    public static AttentionSizes of(int batch, int positions, int heads, int headSize) {
        return new AttentionSizes(batch, positions, 0, positions, heads, headSize, 0, 0);
    }

    int queries() {
        return to - from;
    }

    int allHeads() {
        return batch * heads;
    }

    int width() {
        return heads * headSize;
    }

    boolean drops() {
        return dropout > 0;
    }

    float scale() {
        return (float) (1 / Math.sqrt(headSize));
    }

    /** Where q of a head's first position lies. */
    int qkvOffset(int head) {
        return head / heads * capacity * 3 * width() + head % heads * headSize;
    }

    /** Where the logarithm of a head's first query lies. */
    int logarithmOffset(int head) {
        return head * queries();
    }

    /** Where the output of a head's query lies. */
    int outOffset(int head, int query) {
        return (head / heads * queries() + query) * width() + head % heads * headSize;
    }

    /**
     * What dropout multiplies an element of P by: 0, or 1 / (1 - p). A hash of the seed and the element's place
     * decides, so that backward finds the mask of forward again (the finaliser of MurmurHash3, by Austin Appleby).
     */
    float keep(int head, int query, int key) {
        long place = ((long) head * to + query) * to + key;
        long hash = seed + 0x9E3779B97F4A7C15L * (place + 1);
        hash = (hash ^ hash >>> 33) * 0xFF51AFD7ED558CCDL;
        hash = (hash ^ hash >>> 33) * 0xC4CEB9FE1A85EC53L;
        hash ^= hash >>> 33;
        return (hash >>> 11) * 0x1p-53 < dropout ? 0f : (float) (1 / (1 - dropout));
    }
}
