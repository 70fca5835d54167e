package handgrad.jmh.gpt;

import handgrad.data.Batch;
import handgrad.jmh.peer.TrainingStep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Trains one workload with one library and prints what the study {@code gpt} reads: {@code version}, the first losses
 * as {@code loss}, then {@code ready}. As soon as a line or the end comes on its standard input, it warms up and prints
 * the mean microseconds of a step in each iteration as {@code step}; so does jmh/peers/gpt.c, which does not wait. Then
 * it prints the most memory that it has had resident as {@code peak}, in bytes, and handgrad measures the matrix
 * products of a step alone in the same way, as {@code products}.
 *
 * <p>Arguments: library, workload, threads, iterations of a second for the warm-up, iterations, seconds of an
 * iteration. Where a line came, another process is measured at the same time: one more iteration follows, so that
 * neither is alone while the other is measured, and the products are left out.
 */
public final class GptProcess {
    private GptProcess() {}

    /** Runs it. */
    public static void main(String... arguments) throws IOException {
        var library = library(arguments[0]);
        var workload = GptWorkload.named(arguments[1]);
        var times = new Times(
                Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4]), Double.parseDouble(arguments[5]));

        var step = library.start(workload, Integer.parseInt(arguments[2]));
        var turns = new Turns(step, workload.batches());
        IO.println("version " + library.version());
        for (int i = 0; i < workload.losses(); i++) {
            IO.println("loss " + turns.next());
        }
        IO.println("ready");
        boolean beside = System.in.read() >= 0;
        times.print("step", turns::next);
        printPeak();
        if (beside) {
            Times.iteration(times.seconds, turns::next);
        } else if (step instanceof HandgradGpt.Step handgrad) {
            var products = handgrad.products();
            times.print("products", products::run);
        }
        // Libraries leave threads behind that would keep the process alive.
        System.exit(0);
    }

    /** Steps on the batches in turn. */
    private static final class Turns {
        private final TrainingStep step;
        private final List<Batch> batches;
        private int at;

        Turns(TrainingStep step, List<Batch> batches) {
            this.step = step;
            this.batches = batches;
        }

        double next() {
            return step.run(batches.get(at++ % batches.size()));
        }
    }

    private record Times(int warmups, int iterations, double seconds) {
        /** Prints the mean microseconds of each iteration behind a name. */
        void print(String name, Runnable work) {
            for (int i = 0; i < warmups; i++) {
                iteration(1, work);
            }
            for (int i = 0; i < iterations; i++) {
                IO.println(name + " " + iteration(seconds, work));
            }
        }

        /** Works for so long and returns the mean microseconds. */
        static double iteration(double seconds, Runnable work) {
            long duration = (long) (1e9 * seconds);
            long start = System.nanoTime();
            long now = start;
            int times = 0;
            for (; now - start < duration; now = System.nanoTime()) {
                work.run();
                times++;
            }
            return (now - start) / 1e3 / times;
        }
    }

    /** The largest resident set so far, as Linux counts it; nothing elsewhere. */
    private static void printPeak() throws IOException {
        var status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return;
        }
        try (var lines = Files.lines(status)) {
            lines.filter(line -> line.startsWith("VmHWM:"))
                    .forEach(line -> IO.println("peak " + 1024 * Long.parseLong(line.replaceAll("\\D", ""))));
        }
    }

    private static GptPeer library(String title) {
        return GptPeer.all().stream()
                .filter(library -> library.title().equals(title))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no library " + title + " on the class path"));
    }
}
