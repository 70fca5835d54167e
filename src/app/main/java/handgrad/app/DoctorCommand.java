package handgrad.app;

import handgrad.app.command.Checks;
import handgrad.app.command.ExitCode;
import handgrad.app.command.FailedException;
import handgrad.app.command.Machine;
import handgrad.app.command.WrongInputException;
import handgrad.app.hash.HashTable;
import handgrad.app.mpi.MpiRanks;
import handgrad.app.mpi.RanksReport;
import handgrad.mpi.Launcher;
import handgrad.tensor.Backend;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints what this machine gives, or what is in a file of weights. */
@Command(
        name = "doctor",
        description = {
            "Prints what this machine gives: CPU, JDK, vectors, OpenBLAS, threads, and measured speeds.",
            "Under a launcher, as in mpirun -n 2 ./handgrad doctor, it prints where the ranks run and how fast they"
                    + " exchange.",
            "Of a file of weights it lists the tensors and whether their checksums are good, and prints the hash: files"
                    + " of equal hashes hold the same bits.",
            "With --hashes it shows that trainings give the same bits under every setting here, and those of other"
                    + " machines."
        })
final class DoctorCommand implements Callable<Integer> {
    /** Processes that ran on average before a calibration, at which it may mistake their work for slowness. */
    private static final double BUSY = 0.5;

    /** Seconds; an hour is more than any calibration needs. */
    private static final int LONGEST_CALIBRATION = 3600;

    /** A training for hashes; it takes hours. */
    private static final int MOST_STEPS = 100_000;

    /** How long the compiler has nothing to do once it is done; one method may take it a second. */
    private static final Duration REST = Duration.ofMillis(1500);

    private final int matrix;
    private final int copy;
    private final int rounds;
    private final Duration longestWarmUp;

    @Option(
            names = "--calibrate",
            arity = "0..1",
            fallbackValue = "8",
            paramLabel = "SECONDS",
            description = "Measure for ${FALLBACK-VALUE} seconds, or so many, which matrix products are faster in"
                    + " OpenBLAS and"
                    + " which in Java, and keep it for later runs. Last bits of their results may change.")
    private @Nullable Double calibrate;

    @Option(
            names = "--hashes",
            arity = "0..1",
            fallbackValue = "" + HashTable.STEPS,
            paramLabel = "STEPS",
            description = "Train small models for ${FALLBACK-VALUE} steps, or so many, under every vector width, on one"
                    + " and on two threads, and print the hashes of their weights: all are to be the same, and those"
                    + " that are published. Takes minutes.")
    private @Nullable Integer hashes;

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "A file of weights, as model.safetensors in a run folder.")
    private @Nullable Path file;

    @Spec
    private CommandSpec spec;

    /**
     * Measures a product of matrices large enough for full speed and small enough for a few milliseconds, and a copy of
     * 128 MiB, more than any cache of a core.
     */
    DoctorCommand() {
        this(768, 1 << 25, 15, Duration.ofSeconds(20));
    }

    /**
     * Measures other sizes.
     *
     * @param matrix the rows and columns of the matrices
     * @param copy the length of the copied array, in floats
     * @param rounds how often each is measured
     * @param longestWarmUp how long to wait for the compiler
     */
    DoctorCommand(int matrix, int copy, int rounds, Duration longestWarmUp) {
        this.matrix = matrix;
        this.copy = copy;
        this.rounds = rounds;
        this.longestWarmUp = longestWarmUp;
    }

    @Override
    public Integer call() {
        if (hashes != null) {
            return hashes(hashes);
        }
        if (file == null) {
            return calibrate == null ? report() : calibrate(calibrate);
        }
        if (calibrate != null) {
            throw new WrongInputException("--calibrate measures the machine: leave it out, or " + file);
        }
        Checks.notEmpty("FILE", file);
        WeightsTable.print(file, spec.commandLine().getOut());
        return ExitCode.DONE;
    }

    private int hashes(int steps) {
        if (file != null || calibrate != null) {
            throw new WrongInputException(
                    "--hashes trains models of its own: leave it out, or " + (file == null ? "--calibrate" : file));
        }
        Checks.between(1, MOST_STEPS, "--hashes", steps);
        return new HashTable(steps).print(spec.commandLine().getOut());
    }

    private int calibrate(double seconds) {
        if (!(seconds >= 0 && seconds <= LONGEST_CALIBRATION)) {
            throw new WrongInputException("--calibrate: the seconds must be from 0 to %,d, they are %s"
                    .formatted(LONGEST_CALIBRATION, seconds));
        }
        var system = ManagementFactory.getOperatingSystemMXBean();
        if (system.getSystemLoadAverage() >= BUSY) {
            spec.commandLine()
                    .getErr()
                    .printf(
                            Locale.ROOT,
                            "handgrad: warning: this machine is busy (load average %.1f, %d processors), so"
                                    + " threads do not add"
                                    + " up and large products look slow in Java; calibrate again when it is quiet%n",
                            system.getSystemLoadAverage(),
                            system.getAvailableProcessors());
        }
        try {
            var time = Duration.ofMillis(Math.round(seconds * 1000));
            Backend.calibrateMatmul(time).forEach(spec.commandLine().getOut()::println);
            return ExitCode.DONE;
        } catch (IllegalStateException nothingToChoose) {
            throw new FailedException("--calibrate: " + nothingToChoose.getMessage());
        } catch (IOException failure) {
            throw new FailedException("--calibrate: the route cannot be written: " + failure);
        }
    }

    private int report() {
        var launcher = Launcher.current();
        if (launcher.isPresent()) {
            return reportRanks(launcher.get());
        }
        facts();
        speeds();
        return ExitCode.DONE;
    }

    /** Speeds are left out: the ranks would measure each other. */
    private int reportRanks(Launcher launcher) {
        var ranks = MpiRanks.open();
        if (ranks.rank() == 0) {
            facts();
        }
        var lines = RanksReport.of(ranks, launcher);
        if (ranks.rank() == 0) {
            rows("ranks", lines);
            row("speed", "is measured by doctor without a launcher");
        }
        ranks.close();
        return ExitCode.DONE;
    }

    private void facts() {
        row("CPU", Machine.cpu());
        row("system", Machine.system());
        row("JDK", Machine.jdk());
        row("heap", "%.1f GiB at most".formatted(Runtime.getRuntime().maxMemory() / (double) (1 << 30)));
        row("vectors", Backend.vectors());
        row("BLAS", Backend.blas());
        Backend.blasAdvice().ifPresent(advice -> row("", advice));
        row("matmul", Backend.matmul());
        int threads = Backend.threads();
        var origin = Backend.threadsOrigin();
        row("threads", threads + (origin.isEmpty() ? "" : " (" + origin + ")"));
    }

    private void speeds() {
        int threads = Backend.threads();
        var warmth = warmUp() ? "" : "; not warm: the compiler still works";
        double one = withThreads(1, this::gigaflops);
        row("speed", "%.0f GFLOP/s on one thread, matmul in float32, %d x %d".formatted(one, matrix, matrix) + warmth);
        if (threads > 1) {
            row("", "%.0f GFLOP/s on %d threads".formatted(withThreads(threads, this::gigaflops), threads));
        }
        rows("route", withThreads(1, Backend::checkMatmul));
        row("memory", "%.1f GB/s copied (read and written bytes together), one thread".formatted(gigabytes()));
    }

    private void row(String name, String value) {
        spec.commandLine().getOut().printf(Locale.ROOT, "%-9s %s%n", name, value);
        spec.commandLine().getOut().flush();
    }

    private void rows(String name, List<String> values) {
        for (int i = 0; i < values.size(); i++) {
            row(i == 0 ? name : "", values.get(i));
        }
    }

    private static <T> T withThreads(int threads, Supplier<T> measure) {
        int before = Backend.threads();
        Backend.setThreads(threads);
        try {
            return measure.get();
        } finally {
            Backend.setThreads(before);
        }
    }

    /**
     * Multiplies until the compiler has been at rest for a while, with the products that are measured next.
     *
     * @return whether it came to rest
     */
    private boolean warmUp() {
        var compiler = ManagementFactory.getCompilationMXBean();
        if (compiler == null || !compiler.isCompilationTimeMonitoringSupported()) {
            return true; // As with -Xint: there is nothing to wait for.
        }
        long start = System.nanoTime();
        long rest = start;
        long compiled = compiler.getTotalCompilationTime();
        while (System.nanoTime() - start < longestWarmUp.toNanos()) {
            withThreads(1, this::gigaflops);
            withThreads(1, Backend::checkMatmul);
            if (compiler.getTotalCompilationTime() != compiled) {
                compiled = compiler.getTotalCompilationTime();
                rest = System.nanoTime();
            } else if (System.nanoTime() - rest > REST.toNanos()) {
                return true;
            }
        }
        return false;
    }

    private double gigaflops() {
        var a = Tensor.full(0.5, matrix, matrix);
        var b = Tensor.full(0.25, matrix, matrix);
        double seconds = medianSeconds(() -> {
            if (a.matmul(b).get(0, 0) != matrix / 8.0) {
                throw new IllegalStateException("the matrix product is wrong");
            }
        });
        return 2.0 * matrix * matrix * matrix / seconds / 1e9;
    }

    private double gigabytes() {
        float[] from = new float[copy];
        float[] to = new float[copy];
        double seconds = medianSeconds(() -> System.arraycopy(from, 0, to, 0, copy));
        return 2.0 * copy * Float.BYTES / seconds / 1e9;
    }

    /** The median over some rounds, after as many that are not counted. */
    private double medianSeconds(Runnable work) {
        double[] seconds = new double[rounds];
        for (int i = -rounds; i < rounds; i++) {
            long start = System.nanoTime();
            work.run();
            if (i >= 0) {
                seconds[i] = (System.nanoTime() - start) / 1e9;
            }
        }
        Arrays.sort(seconds);
        return seconds[rounds / 2];
    }
}
