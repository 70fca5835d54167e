package handgrad.app.mpi;

import handgrad.mpi.Communicator;
import handgrad.tensor.Backend;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Where a rank runs.
 *
 * @param host the name of the machine
 * @param processors how many processors it may use
 * @param list which, as Linux writes it: {@code 0-3,8}; empty where it is not known
 * @param online how many processors the machine has, at least those that the rank may use
 * @param threads how many threads share a large operation
 */
record RankFacts(String host, int processors, String list, int online, int threads) {
    /** A name of a host has at most 253 characters; a list as long as that is left out. */
    private static final int BYTES = 1024;

    private static final String SEPARATOR = "\t";

    /** Those of this process. */
    static RankFacts own() {
        int processors = Runtime.getRuntime().availableProcessors();
        var list = line(Path.of("/proc/self/status"), "Cpus_allowed_list:");
        var online = line(Path.of("/sys/devices/system/cpu/online"), "");
        var host = line(Path.of("/proc/sys/kernel/hostname"), "");
        return new RankFacts(
                host.isEmpty() ? "this machine" : host,
                processors,
                list.length() > BYTES / 2 ? "" : list,
                Math.max(processors, count(online)),
                Backend.threads());
    }

    /** Gives every rank the facts of all, in their order. */
    List<RankFacts> gather(Communicator ranks) {
        var text = String.join(SEPARATOR, host, "" + processors, list, "" + online, "" + threads);
        try (var arena = Arena.ofConfined()) {
            var own = arena.allocate(BYTES);
            own.setString(0, text, StandardCharsets.UTF_8);
            var all = arena.allocate((long) BYTES * ranks.size());
            ranks.allGather(own, all);
            return IntStream.range(0, ranks.size())
                    .mapToObj(rank -> of(all.getString((long) rank * BYTES, StandardCharsets.UTF_8)))
                    .toList();
        }
    }

    private static RankFacts of(String text) {
        var parts = text.split(SEPARATOR, -1);
        return new RankFacts(
                parts[0], Integer.parseInt(parts[1]), parts[2], Integer.parseInt(parts[3]), Integer.parseInt(parts[4]));
    }

    /** How many numbers a list such as {@code 0-3,8} has; 0 if it is empty. */
    static int count(String list) {
        return Stream.of(list.split(",", -1))
                .filter(part -> part.matches("\\d+(-\\d+)?"))
                .mapToInt(part -> {
                    int[] ends = Arrays.stream(part.split("-", -1))
                            .mapToInt(Integer::parseInt)
                            .toArray();
                    return ends[ends.length - 1] - ends[0] + 1;
                })
                .sum();
    }

    /** What follows the word that a line begins with; empty without such a file or line. */
    private static String line(Path file, String start) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(start))
                    .findFirst()
                    .map(line -> line.substring(start.length()).strip())
                    .orElse("");
        } catch (IOException elsewhere) {
            return "";
        }
    }
}
