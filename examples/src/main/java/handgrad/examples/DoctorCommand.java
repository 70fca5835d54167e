package handgrad.examples;

import handgrad.tensor.Backend;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints what this machine gives. */
@Command(
        name = "doctor",
        description = "Prints what this machine gives: CPU, JDK, vectors, OpenBLAS, threads, and measured speeds.")
final class DoctorCommand implements Callable<Integer> {
    /** The matrices of the measured product: large enough for full speed, small enough for a few milliseconds. */
    private static final int MATRIX = 768;

    /** The array of the measured copy, in floats: 128 MiB, more than any cache of a core. */
    private static final int COPY = 1 << 25;

    private static final int ROUNDS = 15;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        row("CPU", cpu());
        row("system", "%s %s, %s".formatted(property("os.name"), property("os.version"), property("os.arch")));
        row("JDK", "%s (%s)".formatted(Runtime.version(), property("java.vendor")));
        row("heap", "%.1f GiB at most".formatted(Runtime.getRuntime().maxMemory() / (double) (1 << 30)));
        row("vectors", Backend.vectors());
        row("BLAS", Backend.blas());
        int threads = Backend.threads();
        row("threads", Integer.toString(threads));
        double one = withThreads(1, DoctorCommand::gigaflops);
        row("matmul", "%.0f GFLOP/s on one thread, float32, %d x %d".formatted(one, MATRIX, MATRIX));
        if (threads > 1) {
            row("", "%.0f GFLOP/s on %d threads".formatted(withThreads(threads, DoctorCommand::gigaflops), threads));
        }
        row("memory", "%.1f GB/s copied (read and written bytes together), one thread".formatted(gigabytes()));
        return ExitCode.DONE;
    }

    private void row(String name, String value) {
        spec.commandLine().getOut().printf(Locale.ROOT, "%-9s %s%n", name, value);
        spec.commandLine().getOut().flush();
    }

    private static String property(String name) {
        return System.getProperty(name, "unknown");
    }

    private static String cpu() {
        int processors = Runtime.getRuntime().availableProcessors();
        var name = "unknown";
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            name = lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(name);
        } catch (IOException noSuchFile) {
            // Only Linux has this file; elsewhere the architecture has to do.
            name = ManagementFactory.getOperatingSystemMXBean().getArch();
        }
        return name + ", " + processors + (processors == 1 ? " processor" : " processors");
    }

    private interface Measure {
        double value();
    }

    private static double withThreads(int threads, Measure measure) {
        int before = Backend.threads();
        Backend.setThreads(threads);
        try {
            return measure.value();
        } finally {
            Backend.setThreads(before);
        }
    }

    private static double gigaflops() {
        var a = Tensor.full(0.5, MATRIX, MATRIX);
        var b = Tensor.full(0.25, MATRIX, MATRIX);
        double seconds = medianSeconds(() -> {
            if (a.matmul(b).get(0, 0) != MATRIX / 8.0) {
                throw new IllegalStateException("the matrix product is wrong");
            }
        });
        return 2.0 * MATRIX * MATRIX * MATRIX / seconds / 1e9;
    }

    private static double gigabytes() {
        float[] from = new float[COPY];
        float[] to = new float[COPY];
        double seconds = medianSeconds(() -> System.arraycopy(from, 0, to, 0, COPY));
        return 2.0 * COPY * Float.BYTES / seconds / 1e9;
    }

    /** The median over some rounds, after as many that are not counted. */
    private static double medianSeconds(Runnable work) {
        double[] seconds = new double[ROUNDS];
        for (int i = -ROUNDS; i < ROUNDS; i++) {
            long start = System.nanoTime();
            work.run();
            if (i >= 0) {
                seconds[i] = (System.nanoTime() - start) / 1e9;
            }
        }
        Arrays.sort(seconds);
        return seconds[ROUNDS / 2];
    }
}
