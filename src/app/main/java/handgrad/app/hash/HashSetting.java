package handgrad.app.hash;

import java.util.ArrayList;
import java.util.List;

/**
 * How a JVM computes: what must not change a bit, and, in one setting, what does.
 *
 * @param name what it is in the table
 * @param bits the width of its vectors; 0 where they are off, negative for the CPU's widest
 * @param threads how many share large work
 * @param options of the JVM, beside those for vectors and OpenBLAS
 * @param fused whether it multiplies and adds with one rounding, where the CPU can
 */
record HashSetting(String name, int bits, int threads, List<String> options, boolean fused) {
    private static final int[] WIDTHS = {512, 256, 128, 0};
    private static final int[] THREADS = {1, 2};

    /** All settings, the one with the widest vectors first. */
    static List<HashSetting> all() {
        var all = new ArrayList<HashSetting>();
        for (int bits : WIDTHS) {
            for (int threads : THREADS) {
                all.add(of(bits, threads));
            }
        }
        all.add(new HashSetting("C1 alone, vectors off, 2 threads", 0, 2, List.of("-XX:TieredStopAtLevel=1"), true));
        all.add(new HashSetting("no fused multiply-add, 2 threads", -1, 2, List.of("-XX:-UseFMA"), false));
        return List.copyOf(all);
    }

    /** Vectors of a width, or none, on so many threads. */
    static HashSetting of(int bits, int threads) {
        var name = (bits == 0 ? "vectors off" : bits + "-bit vectors") + (threads == 1 ? ", 1 thread" : ", 2 threads");
        return new HashSetting(name, bits, threads, List.of(), true);
    }

    /** All options of its JVM. */
    List<String> jvmOptions() {
        var all = new ArrayList<>(List.of("-XX:TieredStopAtLevel=4", "-Dhandgrad.blas=off"));
        if (bits >= 0) {
            all.add("-Dhandgrad.vector=" + (bits == 0 ? "off" : bits));
        }
        all.addAll(options);
        return all;
    }
}
