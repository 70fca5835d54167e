package handgrad.kernel.attention;

/**
 * The sizes of a causal self-attention. The queries are the positions from one to before another, and each sees the
 * keys up to its own position; in training they are all positions. Each thread has one of these, which it sets anew for
 * every pass, so that a step allocates nothing.
 */
public final class AttentionSizes {
    private static final ThreadLocal<AttentionSizes> OF_THREAD = ThreadLocal.withInitial(AttentionSizes::new);

    private int batch;
    private int capacity;
    private int from;
    private int to;
    private int heads;
    private int headSize;
    private double dropout;
    private long seed;

    private AttentionSizes() {}

    /**
     * Those of this thread, for all positions and without dropout; they hold until its next call.
     *
     * @param batch sequences
     * @param positions that q, k and v have room for
     * @param headSize numbers of a head, d
     */
    public static AttentionSizes ofThread(int batch, int positions, int heads, int headSize) {
        var sizes = OF_THREAD.get();
        sizes.batch = batch;
        sizes.capacity = positions;
        sizes.heads = heads;
        sizes.headSize = headSize;
        sizes.dropout = 0;
        return sizes.between(0, positions);
    }

    /** Sets the queries: the first position, and the one behind the last. */
    public AttentionSizes between(int from, int to) {
        this.from = from;
        this.to = to;
        return this;
    }

    /**
     * Sets a dropout.
     *
     * @param p the probability that an element of P becomes 0; the others are divided by the rest
     * @param seed what the mask follows from
     */
    public AttentionSizes dropping(double p, long seed) {
        dropout = p;
        this.seed = seed;
        return this;
    }

    /** Sequences. */
    public int batch() {
        return batch;
    }

    /** Positions that q, k and v have room for. */
    public int capacity() {
        return capacity;
    }

    /** Heads of a sequence. */
    public int heads() {
        return heads;
    }

    /** Numbers of a position, of all heads. */
    public int width() {
        return heads * headSize;
    }

    /** Queries of a sequence. */
    public int queries() {
        return to - from;
    }

    int from() {
        return from;
    }

    int to() {
        return to;
    }

    int headSize() {
        return headSize;
    }

    int allHeads() {
        return batch * heads;
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
