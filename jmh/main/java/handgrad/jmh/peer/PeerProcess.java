package handgrad.jmh.peer;

/**
 * Trains one workload with one library and prints what {@link Peers} reads: {@code version}, the first losses as
 * {@code loss}, then after the warm-up the mean microseconds of a step in each iteration as {@code step}. The programs
 * in jmh/peers do and print the same.
 *
 * <p>Arguments: library, workload, iterations of a second for the warm-up, iterations, seconds of an iteration.
 */
public final class PeerProcess {
    /** How many losses are compared. */
    public static final int LOSSES = 10;

    private PeerProcess() {}

    /** Runs it. */
    public static void main(String... arguments) {
        var library = library(arguments[0]);
        var workload = Workload.named(arguments[1]);
        int warmups = Integer.parseInt(arguments[2]);
        int iterations = Integer.parseInt(arguments[3]);
        double seconds = Double.parseDouble(arguments[4]);

        var step = library.start(workload, workload.threads());
        var batches = workload.batches();
        IO.println("version " + library.version());
        int at = 0;
        for (; at < LOSSES; at++) {
            IO.println("loss " + step.run(batches.get(at % batches.size())));
        }
        for (int iteration = 0; iteration < warmups + iterations; iteration++) {
            long duration = (long) (1e9 * (iteration < warmups ? 1 : seconds));
            long start = System.nanoTime();
            long now = start;
            int steps = 0;
            for (; now - start < duration; now = System.nanoTime()) {
                step.run(batches.get(at++ % batches.size()));
                steps++;
            }
            if (iteration >= warmups) {
                IO.println("step " + (now - start) / 1e3 / steps);
            }
        }
        // Libraries leave threads behind that would keep the process alive.
        System.exit(0);
    }

    private static Library library(String title) {
        return Library.all().stream()
                .filter(library -> library.title().equals(title))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no library " + title + " on the class path"));
    }
}
