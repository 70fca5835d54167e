package handgrad.app.kill;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.JavaProcess;
import handgrad.io.WeightsHash;
import handgrad.testing.RankLauncher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A training in processes of its own, each of which goes on where the one before it was killed.
 *
 * @param name of what is trained
 * @param classes the folder with the class that trains it
 * @param main that class
 * @param arguments of its main method, without the folder
 * @param threads the option that sets the number of threads, beside the processors that the JVM sees; null for none
 * @param interval the option for the steps between two checkpoints
 * @param folder the run folder
 */
record KilledTraining(
        String name,
        Path classes,
        String main,
        List<String> arguments,
        @Nullable String threads,
        String interval,
        Path folder) {
    /** 128 and the number of SIGKILL: of a process that was killed, and of a launcher of which a rank was. */
    private static final int KILLED = 137;

    /** Ranks whose launcher or one of whom was killed end within seconds, on a machine that is not too busy. */
    private static final int LIMIT_SECONDS = 120;

    private static final Pattern CHECKPOINT = Pattern.compile("checkpoint-([0-9]+)\\.safetensors");
    private static final Pattern HASH = Pattern.compile("(?m)^weights  sha256 ([0-9a-f]{64})$");

    /** The same in another folder. */
    KilledTraining in(Path other) {
        return new KilledTraining(name, classes, main, arguments, threads, interval, other);
    }

    /** Starts it in one process, or goes on with it so. */
    Process start(int processors, int stepsBetweenCheckpoints) throws IOException {
        return start(0, processors, stepsBetweenCheckpoints);
    }

    /**
     * Starts it, or goes on with it.
     *
     * @param ranks how many processes of one launcher do it together; 0 for one without a launcher
     */
    Process start(int ranks, int processors, int stepsBetweenCheckpoints) throws IOException {
        var all = new ArrayList<>(arguments);
        if (threads != null) {
            all.addAll(List.of(threads, Integer.toString(processors)));
        }
        all.addAll(List.of(interval, Integer.toString(stepsBetweenCheckpoints), "--out", folder.toString()));
        var options = List.of("-XX:ActiveProcessorCount=" + processors, "-XX:TieredStopAtLevel=1", "-Xmx512m");
        var program = JavaProcess.command(options, classes, main, all);
        var builder = new ProcessBuilder(ranks == 0 ? program : RankLauncher.OPEN_MPI.command(ranks, program))
                .redirectErrorStream(true)
                .redirectOutput(outputFile().toFile());
        builder.environment().putAll(RankLauncher.ENVIRONMENT);
        return builder.start();
    }

    /**
     * Kills a process, or instead of a launcher one of its ranks, and waits until all of them have ended.
     *
     * @return whether it was killed before it ended by itself
     */
    static boolean kill(Process process, Random random) throws Exception {
        var all = process.descendants().toList();
        int victim = random.nextInt(1 + all.size());
        if (victim == 0) {
            process.destroyForcibly();
        } else {
            all.get(victim - 1).destroyForcibly();
        }
        for (var rank : all) {
            rank.onExit().get(LIMIT_SECONDS, TimeUnit.SECONDS);
        }
        return process.waitFor() == KILLED;
    }

    private Path outputFile() {
        return folder.resolveSibling(folder.getFileName() + ".txt");
    }

    /** What the last process printed. */
    String output() throws IOException {
        return Files.readString(outputFile());
    }

    /** The hash of the weights: those of the run folder, or where there are none what the last process printed. */
    String hash() throws IOException {
        var weights = folder.resolve("model.safetensors");
        if (Files.exists(weights)) {
            return WeightsHash.of(weights);
        }
        var hash = HASH.matcher(output());
        assertThat(hash.find())
                .as("weights' hash in the output of %s:%n%s", name, output())
                .isTrue();
        return hash.group(1);
    }

    /** Whether the run says of itself that it is finished; a program does not. */
    boolean isFinished() {
        return Files.exists(folder.resolve("outcome.json"));
    }

    /** The step of the newest checkpoint; 0 where there is none. */
    int newestStep() throws IOException {
        return files().stream()
                .map(CHECKPOINT::matcher)
                .filter(Matcher::matches)
                .mapToInt(name -> Integer.parseInt(name.group(1)))
                .max()
                .orElse(0);
    }

    /** The temporary files of checkpoints that were being written. */
    List<String> temporaries() throws IOException {
        return files().stream().filter(name -> name.endsWith(".tmp")).toList();
    }

    /** The metrics without their times; none of a program. */
    List<String> metrics() throws IOException {
        var file = folder.resolve("metrics.jsonl");
        return Files.exists(file)
                ? Files.readAllLines(file).stream()
                        .map(line -> line.replaceFirst(",\"seconds\":[^,}]*", ""))
                        .toList()
                : List.of();
    }

    private List<String> files() throws IOException {
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
