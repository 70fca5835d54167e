package handgrad.jmh;

import handgrad.tensor.Backend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What a figure depends on besides the code: processor, JDK, OpenBLAS, and what else the machine was doing. */
final class MachineFacts {
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
    private static final Path CPU_TIMES = Path.of("/proc/stat");
    private static final Path OWN_TIMES = Path.of("/proc/self/stat");
    private static final Path LOAD = Path.of("/proc/loadavg");
    private static final Path CACHES = Path.of("/sys/devices/system/cpu/cpu0/cache");
    private static final Path GOVERNOR = Path.of("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");

    private MachineFacts() {}

    /** Name and value of each fact, in the order to print; a fact that the system does not show is left out. */
    static Map<String, String> facts() {
        var facts = new LinkedHashMap<String, String>();
        first(CPU_INFO, "model name").ifPresent(model -> facts.put("CPU", model));
        facts.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        lines(GOVERNOR).findFirst().ifPresent(governor -> facts.put("governor", governor));
        var caches = cacheKilobytes();
        if (!caches.isEmpty()) {
            facts.put("caches", caches.stream().map(Object::toString).collect(Collectors.joining(", ", "", " KB")));
        }
        facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        facts.put("JDK", Runtime.version() + ", " + System.getProperty("java.vm.vendor"));
        facts.put("JVM options", String.join(" ", BenchmarkGroup.JVM_OPTIONS));
        facts.put("vectors", Backend.vectors());
        facts.put("BLAS", Backend.blas());
        facts.put("matmul", Backend.matmul());
        return facts;
    }

    /** The frequency of each processor as the system shows it, in MHz; empty if it does not. */
    static String frequencies() {
        return lines(CPU_INFO)
                .filter(line -> line.startsWith("cpu MHz"))
                .map(line -> Long.toString(Math.round(Double.parseDouble(line.substring(line.indexOf(':') + 1)))))
                .collect(Collectors.joining(", "));
    }

    /** The load averages of 1, 5 and 15 minutes; empty if the system does not tell. */
    static String load() {
        return lines(LOAD)
                .findFirst()
                .map(line -> String.join(", ", line.split(" ", -1)[0], line.split(" ", -1)[1], line.split(" ", -1)[2]))
                .orElse("");
    }

    /** The size of the cache for data of each level, from the first; without those that the system does not tell. */
    static List<Integer> cacheKilobytes() {
        return IntStream.range(0, 8)
                .mapToObj(index -> CACHES.resolve("index" + index))
                .filter(cache -> lines(cache.resolve("type")).anyMatch(type -> !type.equals("Instruction")))
                .flatMap(cache -> lines(cache.resolve("size")))
                .map(size -> Integer.valueOf(size.replace("K", "")))
                .toList();
    }

    /**
     * The time of all processors so far, in ticks.
     *
     * @param busy of all work
     * @param own of this process and those of its children that have ended
     * @param stolen taken by the hypervisor for others
     */
    record Times(long busy, long own, long stolen, long total) {
        /** As of now; zeros where the system does not tell. */
        static Times now() {
            long[] all = numbers(CPU_TIMES);
            // After the name of the program in brackets come the fields from the third on, the first of them a letter.
            long[] self = numbers(OWN_TIMES);
            if (all.length < 8 || self.length < 15) {
                return new Times(0, 0, 0, 0);
            }
            // cpu user nice system idle iowait irq softirq steal ...
            long total = 0;
            for (int i = 0; i < 8; i++) {
                total += all[i];
            }
            // utime, stime, cutime and cstime are the fields 14 to 17.
            long own = self[11] + self[12] + self[13] + self[14];
            return new Times(total - all[3] - all[4] - all[7], own, all[7], total);
        }

        /** The share of the time since then that the hypervisor gave to others. */
        double stolenSince(Times earlier) {
            return share(stolen - earlier.stolen, earlier);
        }

        /** How many processors were busy with other work since then, in the mean. */
        double othersSince(Times earlier) {
            double others = share(busy - earlier.busy - (own - earlier.own), earlier);
            return Math.max(0, others * Runtime.getRuntime().availableProcessors());
        }

        private double share(long ticks, Times earlier) {
            return total == earlier.total ? 0 : (double) ticks / (total - earlier.total);
        }
    }

    /**
     * The fields of the first line of a file, after a name in brackets or the word cpu; what is no number counts as 0.
     */
    private static long[] numbers(Path file) {
        return lines(file)
                .findFirst()
                .map(line -> line.substring(line.lastIndexOf(')') + 1).trim().split("\\s+", -1))
                .map(fields -> Arrays.stream(fields)
                        .skip(fields[0].equals("cpu") ? 1 : 0)
                        .mapToLong(field -> field.matches("-?\\d{1,18}") ? Long.parseLong(field) : 0)
                        .toArray())
                .orElse(new long[0]);
    }

    private static Optional<String> first(Path file, String key) {
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
