package handgrad.jmh;

import handgrad.tensor.Backend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What a figure depends on besides the code: processor, JDK, OpenBLAS, and what else the machine was doing. */
public final class Machine {
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
    private static final Path CPU_TIMES = Path.of("/proc/stat");
    private static final Path GOVERNOR = Path.of("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");

    private Machine() {}

    /** Name and value of each fact, in the order to print; a fact that the system does not show is left out. */
    public static Map<String, String> facts() {
        var facts = new LinkedHashMap<String, String>();
        first(CPU_INFO, "model name").ifPresent(model -> facts.put("CPU", model));
        facts.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        first(CPU_INFO, "cpu MHz").ifPresent(frequency -> facts.put("MHz now", frequency));
        lines(GOVERNOR).findFirst().ifPresent(governor -> facts.put("governor", governor));
        facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        facts.put("JDK", Runtime.version() + ", " + System.getProperty("java.vm.vendor"));
        facts.put("JVM options", String.join(" ", jvmOptions()));
        facts.put("vectors", Backend.vectors());
        facts.put("BLAS", Backend.blas());
        facts.put("matmul", Backend.matmul());
        return facts;
    }

    /** The options of this JVM, without properties. */
    static List<String> jvmOptions() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> !option.startsWith("-D"))
                .toList();
    }

    /**
     * The time of all processors so far, in ticks.
     *
     * @param stolen taken by the hypervisor for others; 0 where the system does not tell
     */
    public record Times(long busy, long stolen, long total) {
        /** As of now; zeros where the system does not tell. */
        public static Times now() {
            return lines(CPU_TIMES).findFirst().map(Times::parse).orElse(new Times(0, 0, 0));
        }

        private static Times parse(String line) {
            // cpu user nice system idle iowait irq softirq steal ...
            long[] ticks = Stream.of(line.trim().split("\\s+", -1))
                    .skip(1)
                    .limit(8)
                    .mapToLong(Long::parseLong)
                    .toArray();
            long total = 0;
            for (long tick : ticks) {
                total += tick;
            }
            return new Times(total - ticks[3] - ticks[4], ticks[7], total);
        }

        /** The share of the time since then that the hypervisor gave to others. */
        public double stolenSince(Times earlier) {
            return total == earlier.total ? 0 : (double) (stolen - earlier.stolen) / (total - earlier.total);
        }

        /** How many processors were busy since then, in the mean. */
        public double busySince(Times earlier) {
            return total == earlier.total
                    ? 0
                    : (double) (busy - earlier.busy)
                            / (total - earlier.total)
                            * Runtime.getRuntime().availableProcessors();
        }
    }

    private static java.util.Optional<String> first(Path file, String key) {
        return lines(file)
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(line.indexOf(':') + 1).trim())
                .findFirst();
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.isReadable(file) ? Files.readAllLines(file).stream() : Stream.empty();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
