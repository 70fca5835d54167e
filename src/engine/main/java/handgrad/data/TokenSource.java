package handgrad.data;

/** Tokens in a row, in memory or in a file. */
interface TokenSource {
    /** How many there are. */
    long size();

    /** Copies those from a position on; it allocates nothing. */
    void copy(long from, int[] target, int start, int count);

    /** Tokens in memory, which are not copied. */
    static TokenSource of(int[] tokens) {
        return new TokenSource() {
            @Override
            public long size() {
                return tokens.length;
            }

            @Override
            public void copy(long from, int[] target, int start, int count) {
                System.arraycopy(tokens, (int) from, target, start, count);
            }
        };
    }
}
