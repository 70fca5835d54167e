package handgrad.app.kill;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.Main;
import handgrad.data.Names;
import handgrad.testing.RankLauncher;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Trainings that are killed by SIGKILL at random times, also within saving, and gone on with until they end: the end is
 * that of a training that was never killed. {@code -Dhandgrad.kills=N} says how many kills there are, and a twentieth
 * as many of trainings over ranks; the profile {@code kills} has a thousand. {@code -Dhandgrad.seed=N} repeats the
 * times of a run, as far as a machine repeats them.
 */
@Tag("kills")
@DisabledOnOs(OS.WINDOWS)
class KillsTest {
    private static final int KILLS = Integer.getInteger("handgrad.kills", 6);
    private static final long SEED = Long.getLong("handgrad.seed", System.nanoTime());

    /** How many steps a run mostly has between two checkpoints; others save at every step. */
    private static final int INTERVAL = 25;

    private static final String STEPS = "400";

    /** One kill in so many is of a training over ranks, whose start takes long. */
    private static final int KILLS_OF_RANKS = 20;

    private static final String STEPS_OF_RANKS = "100";

    private static final List<Integer> RANKS = List.of(1, 2, 3, 4, 8);

    /** So few that a training is evaluated in no time. */
    private static final int NAMES = 300;

    /** Samples, enough for train and dev. */
    private static final int SAMPLES = 25_000;

    /** So many kills leave time for trainings whose steps are long. */
    private static final int MANY = 100;

    private static final int RUNS_A_LINE = 10;

    /** Threads here wait for processes. */
    private static final int AT_ONCE = 4;

    @TempDir
    private Path temporary;

    /** What came of the kills of one model. */
    private record Tally(String name, int kills, int withinSaving, int beforeTheFirstCheckpoint, int runs) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%s: %,d kills in %,d runs, %,d within saving, %,d before the first checkpoint",
                    name,
                    kills,
                    runs,
                    withinSaving,
                    beforeTheFirstCheckpoint);
        }
    }

    @Test
    void a_training_that_is_killed_ends_as_one_that_was_not() throws Exception {
        System.out.println("kills: seed " + SEED);
        var trainings = new ArrayList<>(
                List.of(program(), names("mlp-bn", "--hidden", "24"), names("wavenet", "--hidden", "12")));
        if (KILLS >= MANY) {
            trainings.add(sound());
        }
        kill(trainings, List.of(0), KILLS, AT_ONCE);
    }

    /** Rank by rank, or all at once with their launcher; each time they go on as other numbers of ranks and threads. */
    @Test
    void a_training_over_ranks_that_are_killed_does_as_well() throws Exception {
        RankLauncher.OPEN_MPI.command(1, List.of()); // leaves the test out where there is none
        System.out.println("kills: over ranks, seed " + SEED);
        var trainings = List.of(
                ranks("mlp", "--hidden", "16", "--batch-size", "19", "--eval-every", "20"),
                ranks("wavenet-flat-8", "--hidden", "12", "--batch-size", "16"),
                ranks(
                        "gpt",
                        "--layers=1",
                        "--heads=2",
                        "--embedding=16",
                        "--block-size=8",
                        "--batch-size=8",
                        "--dropout=0.2",
                        "--eval-every=20",
                        "--eval-batches=2"));
        kill(trainings, RANKS, Math.ceilDiv(KILLS, KILLS_OF_RANKS), 1);
    }

    private void kill(List<KilledTraining> trainings, List<Integer> ranks, int wanted, int atOnce) throws Exception {
        var tasks = new ArrayList<Callable<Tally>>();
        for (int i = 0; i < trainings.size(); i++) {
            var training = trainings.get(i);
            int share = (wanted + i) / trainings.size();
            var random = new Random(SEED + i);
            tasks.add(() -> kill(training, ranks, share, random));
        }
        int kills = 0;
        try (var threads = Executors.newFixedThreadPool(atOnce)) {
            for (var tally : threads.invokeAll(tasks)) {
                System.out.println("kills: " + tally.get());
                kills += tally.get().kills;
            }
        }
        assertThat(kills).isEqualTo(wanted);
    }

    /** The program with AdamW and dropout, compiled. */
    private KilledTraining program() throws Exception {
        var classes = Files.createDirectory(temporary.resolve("classes"));
        var modules = System.getProperty("jdk.module.path", System.getProperty("java.class.path"));
        var messages = new ByteArrayOutputStream();
        int code = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        messages,
                        messages,
                        "-d",
                        classes.toString(),
                        "--module-path",
                        modules,
                        "--add-modules",
                        "handgrad",
                        "../../examples/programs/Checkpoints.java");
        assertThat(code).as(messages.toString(StandardCharsets.UTF_8)).isZero();
        return new KilledTraining(
                "AdamW with dropout",
                classes,
                "Checkpoints",
                List.of("--steps", STEPS),
                null,
                "--every",
                temporary.resolve("program"));
    }

    /** A training on few names, in shards, whose gradients several ranks may add. */
    private KilledTraining ranks(String model, String... options) throws Exception {
        return names(model, STEPS_OF_RANKS, Stream.concat(Stream.of("--shards", "8"), Stream.of(options)));
    }

    /** A training on few names. */
    private KilledTraining names(String model, String... options) throws Exception {
        return names(model, STEPS, Stream.of(options));
    }

    private KilledTraining names(String model, String steps, Stream<String> options) throws Exception {
        var names = temporary.resolve("names.txt");
        Files.write(names, Names.bundled().words().subList(0, NAMES));
        var arguments = new ArrayList<>(List.of("train", model, "--steps", steps, "--log-every", "15"));
        arguments.addAll(List.of("--data", names.toString(), "--no-report"));
        options.forEach(arguments::add);
        return command(model, arguments);
    }

    /** A training on a short tone, in 16-bit samples. */
    private KilledTraining sound() throws Exception {
        var samples = new byte[2 * SAMPLES];
        for (int i = 0; i < SAMPLES; i++) {
            samples[2 * i + 1] = (byte) (100 * Math.sin(i / 7.0));
        }
        var file = temporary.resolve("tone.wav");
        try (var stream = new AudioInputStream(
                new ByteArrayInputStream(samples), new AudioFormat(8000, 16, 1, true, false), SAMPLES)) {
            AudioSystem.write(stream, AudioFileFormat.Type.WAVE, file.toFile());
        }
        var steps = List.of("--steps", "60", "--log-every", "4", "--seconds", "1");
        var arguments = new ArrayList<>(List.of("audio", "--data", file.toString()));
        arguments.addAll(steps);
        return command("audio", arguments);
    }

    private KilledTraining command(String name, List<String> arguments) {
        return new KilledTraining(
                name,
                Path.of("target/test-classes"),
                Main.class.getName(),
                arguments,
                name.equals("audio") ? null : "--threads",
                "--checkpoint-every",
                temporary.resolve(name));
    }

    /**
     * Kills a training.
     *
     * @param ranks the numbers of processes that it may go on as; 0 for one without a launcher
     */
    private Tally kill(KilledTraining training, List<Integer> ranks, int wanted, Random random) throws Exception {
        if (wanted == 0) {
            return new Tally(training.name(), 0, 0, 0, 0);
        }
        long start = System.nanoTime();
        assertThat(training.start(2, INTERVAL).waitFor()).as(training.output()).isZero();
        long whole = System.nanoTime() - start;
        var hash = training.hash();
        var metrics = training.metrics();
        int kills = 0;
        int withinSaving = 0;
        int beforeTheFirst = 0;
        int runs = 0;
        while (kills < wanted) {
            var run = training.in(temporary.resolve(training.folder().getFileName() + "-" + runs++));
            int interval = random.nextInt(3) == 0 ? 1 : INTERVAL;
            // More from kill to kill, so that on a machine that became slow a run ends as well.
            double longest = whole;
            boolean ended = false;
            while (!ended) {
                int saved = run.newestStep();
                int size = ranks.get(random.nextInt(ranks.size()));
                var process = run.start(size, 1 + random.nextInt(2), interval);
                double most = longest * Math.max(1, size);
                long nanos = kills < wanted ? random.nextLong((long) most) : Long.MAX_VALUE;
                ended = process.waitFor(nanos, TimeUnit.NANOSECONDS) || !KilledTraining.kill(process, random);
                if (ended) {
                    assertThat(process.exitValue()).as(run.output()).isZero();
                } else {
                    kills++;
                    longest *= 1.1;
                    withinSaving += run.temporaries().isEmpty() ? 0 : 1;
                    beforeTheFirst += run.newestStep() == 0 ? 1 : 0;
                }
                requireResumed(run, saved, ended);
                ended |= run.isFinished();
            }
            assertThat(run.hash()).as(run.name() + " in " + run.folder()).isEqualTo(hash);
            assertThat(run.metrics()).isEqualTo(metrics);
            assertThat(run.temporaries()).isEmpty();
            var tally = new Tally(training.name(), kills, withinSaving, beforeTheFirst, runs);
            if (runs % RUNS_A_LINE == 0) {
                System.out.println("kills: so far " + tally);
            }
        }
        return new Tally(training.name(), kills, withinSaving, beforeTheFirst, runs);
    }

    /** Of what was saved before the process began no step was done again. */
    private static void requireResumed(KilledTraining run, int saved, boolean ended) throws Exception {
        var output = run.output();
        assertThat(output).doesNotContain("damaged", "handgrad: ");
        assertThat(run.newestStep()).isGreaterThanOrEqualTo(saved);
        if (saved > 0 && ended) {
            assertThat(output).contains("checkpoint-" + saved + ".safetensors");
        }
    }
}
