package handgrad.jmh;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.CompilerHints;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * JMH benchmarks that are measured together.
 *
 * <p>JMH by itself starts new processes for each benchmark and each value of its parameters. Here a process measures
 * all of them, one after the other, and the next process does so again. So the start of a JVM is paid once for all, a
 * machine that is slow for a while hurts every figure alike, and the loops are compiled as a program compiles them that
 * uses them for many sizes. The process first warms all of them up, then measures all of them (JMH's warm-up mode
 * {@code BULK}).
 *
 * @param include a regular expression that finds the benchmarks by their names
 * @param parameters values in place of those that the benchmarks name themselves
 * @param jvmOptions of the process, besides those of every process
 * @param warmup seconds for each benchmark before the first is measured
 */
record BenchmarkGroup(String include, Map<String, List<String>> parameters, List<String> jvmOptions, double warmup) {
    /** The options of every process. */
    static final List<String> JVM_OPTIONS =
            List.of("--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-Xmx2g");

    /** Seconds for each benchmark: a loop on the Vector API runs thousands of times slower until C2 has compiled it. */
    private static final double WARMUP = 1;

    private static final int LINES_OF_FAILURE = 20;

    /** The benchmarks of several classes with these values of parameters, besides their own. */
    static BenchmarkGroup of(Map<String, List<String>> parameters, List<Class<?>> benchmarks) {
        var names = benchmarks.stream().map(Class::getSimpleName).collect(Collectors.joining("|"));
        return new BenchmarkGroup("\\.(" + names + ")\\.", parameters, List.of(), WARMUP);
    }

    /** The benchmarks of a class with these values of parameters, besides their own. */
    static BenchmarkGroup of(Class<?> benchmark, Map<String, List<String>> parameters, String... jvmOptions) {
        return new BenchmarkGroup("\\." + benchmark.getSimpleName() + "\\.", parameters, List.of(jvmOptions), WARMUP);
    }

    /** The benchmarks of a class as they are. */
    static BenchmarkGroup of(Class<?> benchmark) {
        return of(benchmark, Map.of());
    }

    /** What one process measured of one benchmark: microseconds a call, and bytes allocated a call. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Sample(String method, Map<String, String> parameters, double[] micros, double allocated) {}

    private static int milliseconds(Effort effort) {
        return effort == Effort.FULL ? 150 : 100;
    }

    private static int iterations(Effort effort) {
        return effort == Effort.FULL ? 3 : 2;
    }

    /** How long is measured, in words. */
    String timing(Effort effort) {
        return "%d %s; for each figure %d iterations of %d ms in each, after %s s of warm-up"
                .formatted(
                        effort.forks(),
                        effort.forks() == 1 ? "process" : "processes",
                        iterations(effort),
                        milliseconds(effort),
                        warmup);
    }

    /** How long {@link #run} will take, roughly: the iterations, and two seconds for a process to start. */
    double expectedSeconds(Effort effort) {
        double cell = warmup + iterations(effort) * milliseconds(effort) / 1e3;
        return effort.forks() * (2 + benchmarks() * cell);
    }

    /** How many benchmarks there are, each value of a parameter counted. */
    private long benchmarks() {
        var silent = OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT);
        return BenchmarkList.defaultList().find(silent, List.of(include), List.of()).stream()
                .mapToLong(benchmark -> {
                    var values = benchmark.getParams().orElse(Map.of());
                    return values.entrySet().stream()
                            .mapToLong(parameter -> parameters.containsKey(parameter.getKey())
                                    ? parameters.get(parameter.getKey()).size()
                                    : parameter.getValue().length)
                            .reduce(1, Math::multiplyExact);
                })
                .sum();
    }

    /** Measures all of them in as many processes as the effort says, and fails if one of them does. */
    List<BenchmarkResult> run(Effort effort, StudyProgress progress) {
        var samples = new LinkedHashMap<List<?>, List<Sample>>();
        for (int fork = 0; fork < effort.forks(); fork++) {
            for (var sample : process(effort, progress)) {
                samples.computeIfAbsent(List.of(sample.method, sample.parameters), _ -> new ArrayList<>())
                        .add(sample);
            }
        }
        return samples.values().stream()
                .map(same -> new BenchmarkResult(
                        this,
                        same.getFirst().method,
                        same.getFirst().parameters,
                        same.stream().map(Sample::micros).toList(),
                        same.stream().mapToDouble(Sample::allocated).min().orElse(Double.NaN)))
                .toList();
    }

    private List<Sample> process(Effort effort, StudyProgress progress) {
        try {
            var file = Files.createTempFile("handgrad-bench", ".json");
            try {
                start(command(effort, file), progress);
                return read(file);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private List<String> command(Effort effort, Path file) {
        var java = Path.of(System.getProperty("java.home"), "bin", "java");
        var command = new ArrayList<>(List.of(java.toString()));
        command.addAll(JVM_OPTIONS);
        command.add(Programs.BUNDLED_LIBRARIES);
        command.addAll(jvmOptions);
        // What JMH gives to the processes that it starts itself: which methods C2 must not inline.
        CompilerHints.addCompilerHints(command);
        command.addAll(List.of("-classpath", System.getProperty("java.class.path"), "org.openjdk.jmh.Main", include));
        var iteration = milliseconds(effort) + "ms";
        command.addAll(List.of("-f", "0", "-wm", "BULK", "-bm", "avgt", "-tu", "us", "-foe", "true", "-prof", "gc"));
        command.addAll(List.of("-wi", "1", "-w", Math.round(1e3 * warmup) + "ms"));
        command.addAll(List.of("-i", Integer.toString(iterations(effort)), "-r", iteration));
        command.addAll(List.of("-rf", "json", "-rff", file.toString()));
        parameters.forEach((name, values) -> command.addAll(List.of("-p", name + "=" + String.join(",", values))));
        return command;
    }

    /** Runs JMH; the progress goes on with each line that says that a benchmark begins. */
    private static void start(List<String> command, StudyProgress progress) throws IOException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var log = new ArrayList<String>();
        try (var lines = process.inputReader()) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                log.add(line);
                if (line.startsWith("# Run progress: ")) {
                    progress.show();
                }
            }
            if (process.waitFor() != 0) {
                throw new StudyException(failure(log));
            }
        } catch (InterruptedException failure) {
            Thread.currentThread().interrupt();
            throw new StudyException("interrupted", failure);
        } finally {
            process.destroy();
        }
    }

    /** What a benchmark that found a wrong result says, else the end of the log. */
    private static String failure(List<String> log) {
        var mark = StudyException.class.getName() + ": ";
        return log.stream()
                .filter(line -> line.contains(mark))
                .map(line -> line.substring(line.indexOf(mark) + mark.length()))
                .findFirst()
                .orElseGet(() -> "the process of JMH failed:\n"
                        + String.join("\n", log.subList(Math.max(0, log.size() - LINES_OF_FAILURE), log.size())));
    }

    /**
     * The results of JMH: an array of objects, of which benchmark, params, primaryMetric and secondaryMetrics matter.
     */
    private static List<Sample> read(Path file) throws IOException {
        var samples = new ArrayList<Sample>();
        try (var json = new JsonFactory().createParser(ObjectReadContext.empty(), Files.readString(file))) {
            json.nextToken();
            while (json.nextToken() == JsonToken.START_OBJECT) {
                samples.add(sample(json));
            }
        }
        return samples;
    }

    private static Sample sample(JsonParser json) {
        var method = "";
        var values = new LinkedHashMap<String, String>();
        double[] micros = {};
        double allocated = Double.NaN;
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            var name = json.currentName();
            json.nextToken();
            switch (name) {
                case "benchmark" -> method = json.getString().replaceFirst(".*\\.", "");
                case "params" -> {
                    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                        var parameter = json.currentName();
                        json.nextToken();
                        values.put(parameter, json.getString());
                    }
                }
                case "primaryMetric" -> micros = numbers(json, "rawData");
                case "secondaryMetrics" -> {
                    boolean counted = false;
                    while (json.nextToken() == JsonToken.PROPERTY_NAME) {
                        boolean counter = json.currentName().endsWith("bytesAStep");
                        boolean wanted =
                                counter || (!counted && json.currentName().endsWith("gc.alloc.rate.norm"));
                        counted |= counter;
                        json.nextToken();
                        if (wanted) {
                            // The first iteration holds what a set-up allocates, so the least counts.
                            allocated = DoubleStream.of(numbers(json, "rawData"))
                                    .min()
                                    .orElseThrow();
                        } else {
                            json.skipChildren();
                        }
                    }
                }
                default -> json.skipChildren();
            }
        }
        return new Sample(method, values, micros, allocated);
    }

    /** The numbers in one property of the object that the parser stands at, however they are nested. */
    private static double[] numbers(JsonParser json, String property) {
        var numbers = new ArrayList<Double>();
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            boolean wanted = json.currentName().equals(property);
            json.nextToken();
            if (!wanted) {
                json.skipChildren();
                continue;
            }
            int depth = 0;
            do {
                switch (json.currentToken()) {
                    case START_ARRAY -> depth++;
                    case END_ARRAY -> depth--;
                    default -> numbers.add(Double.valueOf(json.getString()));
                }
            } while (depth > 0 && json.nextToken() != null);
        }
        return numbers.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
