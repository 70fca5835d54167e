package handgrad.app.study.scale;

import handgrad.nn.Collective;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * What connects ranks, as the alpha-beta model has it: a message of n bytes takes latency + n / bandwidth.
 *
 * @param name what it is called
 * @param latency the seconds of an empty message
 * @param bandwidth the bytes in a second that a rank sends while it receives as many
 */
record Link(String name, double latency, double bandwidth) {
    /** Networks that others may have: what their vendors say, not measured. */
    static final Link ETHERNET = new Link("10 Gbit/s Ethernet, assumed", 30e-6, 1.25e9);

    static final Link INFINIBAND = new Link("100 Gbit/s InfiniBand, assumed", 2e-6, 12.5e9);

    private static final int SHORT = 64;
    private static final int LONG = 1 << 24;
    private static final int SHORT_ROUNDS = 200;
    private static final int LONG_ROUNDS = 9;

    /** Measures between two ranks, by the exchanges that a sum of gradients is made of; every rank calls it. */
    static Link measure(Collective ranks) {
        double shortest = exchange(ranks, SHORT, SHORT_ROUNDS);
        double longest = exchange(ranks, LONG, LONG_ROUNDS);
        // Of each buffer a rank sends half to the other in the first exchange, and all of its slice in the second.
        return new Link("these two ranks, measured", shortest / 2, (LONG - SHORT) / (longest - shortest));
    }

    /** The median of the seconds of both exchanges, after as many that are not counted. */
    private static double exchange(Collective ranks, int bytes, int rounds) {
        var sent = MemorySegment.ofArray(new byte[bytes]);
        var received = MemorySegment.ofArray(new byte[bytes]);
        double[] seconds = new double[rounds];
        for (int i = -rounds; i < rounds; i++) {
            long start = System.nanoTime();
            ranks.allToAll(sent, received);
            ranks.allGather(sent.asSlice(0, bytes / 2), received);
            if (i >= 0) {
                seconds[i] = (System.nanoTime() - start) / 1e9;
            }
        }
        Arrays.sort(seconds);
        return seconds[rounds / 2];
    }
}
