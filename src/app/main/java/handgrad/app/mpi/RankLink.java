package handgrad.app.mpi;

import handgrad.mpi.Communicator;
import java.lang.foreign.Arena;
import java.util.Arrays;

/**
 * What it costs two ranks to exchange messages, both sending at once.
 *
 * @param peer the rank that rank 0 exchanges with
 * @param latency the seconds of a short message
 * @param bandwidth the bytes in a second of a long one, each way
 */
record RankLink(int peer, double latency, double bandwidth) {
    private static final int SHORT = 8;
    private static final int LONG = 1 << 22;
    private static final int SHORT_ROUNDS = 300;
    private static final int LONG_ROUNDS = 15;

    /** Measures between rank 0 and another, while the others wait; every rank calls it. */
    static RankLink measure(Communicator ranks, int peer) {
        ranks.barrier();
        double latency = 0;
        double seconds = 0;
        if (ranks.rank() == 0 || ranks.rank() == peer) {
            int other = peer - ranks.rank();
            latency = exchange(ranks, other, SHORT, SHORT_ROUNDS);
            seconds = exchange(ranks, other, LONG, LONG_ROUNDS);
        }
        ranks.barrier();
        return new RankLink(peer, latency, LONG / seconds);
    }

    /** The median of the seconds, after as many exchanges that are not counted. */
    private static double exchange(Communicator ranks, int other, int bytes, int rounds) {
        double[] seconds = new double[rounds];
        try (var arena = Arena.ofConfined()) {
            var send = arena.allocate(bytes, Long.BYTES);
            var receive = arena.allocate(bytes, Long.BYTES);
            for (int i = -rounds; i < rounds; i++) {
                long start = System.nanoTime();
                ranks.sendReceive(send, other, receive, other);
                if (i >= 0) {
                    seconds[i] = (System.nanoTime() - start) / 1e9;
                }
            }
        }
        Arrays.sort(seconds);
        return seconds[rounds / 2];
    }

    @Override
    public String toString() {
        return "%.1f µs for 8 bytes, %.2f GB/s each way for 4 MiB".formatted(latency * 1e6, bandwidth / 1e9);
    }
}
