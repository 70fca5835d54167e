package handgrad.app.train;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.CommandResult;
import handgrad.io.Checkpoint;
import handgrad.io.WeightsHash;
import handgrad.nn.Collective;
import handgrad.tensor.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Trainings of which each rank is a thread of this JVM. */
@Timeout(600)
class RanksTest {
    private static final List<String> NAMES = List.of(
            "emma",
            "olivia",
            "ava",
            "isabella",
            "sophia",
            "charlotte",
            "mia",
            "amelia",
            "harper",
            "evelyn",
            "abigail",
            "emily",
            "elizabeth",
            "mila",
            "ella",
            "avery",
            "sofia",
            "camila",
            "aria",
            "scarlett",
            "victoria",
            "madison");

    private static final String SYNCHRONIZED = "mlp-bn --hidden 12 --batch-size 13 --batch-norm synchronized";

    private static final List<String> MODELS = List.of(
            "mlp --hidden 16 --batch-size 19 --eval-every 5",
            "wavenet-flat-8 --hidden 12 --batch-size 16",
            SYNCHRONIZED,
            "gpt --layers 1 --heads 2 --embedding 16 --block-size 8 --batch-size 8 --dropout 0.2 --eval-every 5"
                    + " --eval-batches 2");

    private final int threads = Backend.threads();

    @TempDir
    private Path folder;

    private Path names;

    @BeforeEach
    void writeNames() throws IOException {
        names = Files.write(folder.resolve("names.txt"), NAMES);
    }

    @AfterEach
    void restoreThreads() {
        Backend.setThreads(threads);
    }

    /** What the same command gives at each rank. */
    private static List<CommandResult> run(int size, String... arguments) {
        return run(size, _ -> arguments);
    }

    private static List<CommandResult> run(int size, IntFunction<String[]> arguments) {
        try (var executor = Executors.newFixedThreadPool(size)) {
            var tasks = Collective.threads(size).stream()
                    .<Callable<CommandResult>>map(ranks -> () -> ScopedValue.where(Ranks.BOUND, ranks)
                            .call(() -> CommandResult.besideOthers(arguments.apply(ranks.rank()))))
                    .toList();
            var results = new ArrayList<CommandResult>();
            for (var future : executor.invokeAll(tasks)) {
                results.add(future.get());
            }
            return results;
        } catch (InterruptedException | ExecutionException exception) {
            throw new IllegalStateException(exception);
        }
    }

    private String[] train(String run, String model, String... options) {
        return train(8, run, model, options);
    }

    private String[] train(int shards, String run, String model, String... options) {
        var words = model.split(" ", -1);
        return Stream.of(
                        Stream.of(
                                "train",
                                words[0],
                                "--shards",
                                "" + shards,
                                "--data",
                                "" + names,
                                "--out",
                                "" + path(run)),
                        Arrays.stream(words).skip(1),
                        Stream.of("--log-every", "3"),
                        Arrays.stream(options))
                .flatMap(each -> each)
                .toArray(String[]::new);
    }

    private Path path(String run) {
        return folder.resolve(run);
    }

    private String hash(String run) throws IOException {
        return WeightsHash.of(
                Checkpoint.weights(path(run).resolve("model.safetensors")).tensors());
    }

    private static String metrics(Path run) throws IOException {
        return Files.readString(run.resolve("metrics.jsonl")).replaceAll(",\"seconds\":[^}]+", "");
    }

    /** Rank 0 did it, and the others said nothing. */
    private static void assertDone(List<CommandResult> results) {
        assertThat(results).allSatisfy(result -> {
            assertThat(result.err()).isEmpty();
            assertThat(result.code()).isZero();
        });
        assertThat(results.getFirst().out()).contains("weights  sha256 ");
        assertThat(results.subList(1, results.size()))
                .allSatisfy(result -> assertThat(result.out()).isEmpty());
    }

    static List<String> models() {
        return MODELS;
    }

    @ParameterizedTest
    @MethodSource("models")
    @Tag("long")
    void weights_have_the_same_hash_at_any_number_of_ranks_and_threads(String model) throws IOException {
        assertDone(run(1, train("alone", model, "--steps", "300")));
        for (int count = 1; count <= 2; count++) {
            for (int size : new int[] {1, 2, 3, 4, 8}) {
                var run = size + "-ranks-" + count + "-threads";
                assertDone(run(size, train(run, model, "--steps", "300", "--threads", "" + count)));
                assertThat(hash(run)).as(run).isEqualTo(hash("alone"));
                assertThat(metrics(path(run))).isEqualTo(metrics(path("alone")));
                assertThat(path(run).resolve("diagnostics.json"))
                        .hasSameTextualContentAs(path("alone").resolve("diagnostics.json"));
            }
        }
    }

    static List<String> others() {
        return List.of(
                "bigram",
                "mlp-bn --hidden 8 --batch-size 16",
                "deep --hidden 8 --batch-size 16",
                "deep --hidden 8 --batch-size 16 --batch-norm synchronized",
                "wavenet --hidden 8 --embedding 4 --batch-size 16",
                "dilated --hidden 8 --embedding 4 --batch-size 8",
                "dilated --hidden 8 --embedding 4 --batch-size 8 --batch-norm synchronized",
                "makemore-rnn --hidden 8 --embedding 4",
                "makemore-bow --hidden 8 --embedding 4",
                "makemore-transformer --layers 1 --heads 2 --embedding 8 --dropout 0.2");
    }

    @ParameterizedTest
    @MethodSource("others")
    @Tag("long")
    void every_kind_of_model_has_shards(String model) throws IOException {
        assertDone(run(1, train("alone", model, "--steps", "3", "--threads", "1")));
        assertDone(run(3, train("ranks", model, "--steps", "3", "--threads", "2")));
        assertThat(hash("ranks")).isEqualTo(hash("alone"));
        assertThat(metrics(path("ranks"))).isEqualTo(metrics(path("alone")));
    }

    static List<String> models_of_whole_batches() {
        return List.of(MODELS.getFirst(), SYNCHRONIZED);
    }

    @ParameterizedTest
    @MethodSource("models_of_whole_batches")
    void shards_change_the_bits_and_nothing_else(String model) throws IOException {
        assertDone(run(1, train("shards", model, "--steps", "12")));
        var whole = model.replace(" --batch-norm synchronized", "");
        assertDone(run(1, withoutShards(train("whole", whole, "--steps", "12"))));
        assertThat(hash("shards")).isNotEqualTo(hash("whole"));
        var digits = "(?<=\\d\\.\\d{4})\\d+";
        assertThat(metrics(path("shards")).replaceAll(digits, ""))
                .isEqualTo(metrics(path("whole")).replaceAll(digits, ""));
    }

    private static String[] withoutShards(String... command) {
        return Stream.concat(Arrays.stream(command, 0, 2), Arrays.stream(command, 4, command.length))
                .toArray(String[]::new);
    }

    /** Makes a run that was interrupted after so many steps of one that is finished. */
    private static void interrupt(Path run, int step) throws IOException {
        for (var file : List.of("model.safetensors", "outcome.json", "diagnostics.json")) {
            Files.delete(run.resolve(file));
        }
        try (var files = Files.newDirectoryStream(run, "checkpoint-*")) {
            for (var file : files) {
                if (Integer.parseInt(file.getFileName().toString().replaceAll("\\D", "")) > step) {
                    Files.delete(file);
                }
            }
        }
    }

    private void requireGoesOn(String model, int before, int after) throws IOException {
        String[] options = {"--steps", "12", "--checkpoint-every", "4", "--keep", "9"};
        if (!Files.exists(path("whole"))) {
            assertDone(run(1, train("whole", model, options)));
        }
        var run = "from-" + before + "-to-" + after;
        assertDone(run(before, train(run, model, options)));
        assertThat(hash(run)).as(run).isEqualTo(hash("whole"));
        interrupt(path(run), 8);
        var results = run(after, "train", "--resume", "" + path(run), "--log-every", "3");
        assertDone(results);
        assertThat(results.getFirst().out())
                .contains("resumed  after step 8, from " + path(run) + "/checkpoint-8.safetensors");
        assertThat(hash(run)).as(run).isEqualTo(hash("whole"));
        assertThat(metrics(path(run))).isEqualTo(metrics(path("whole")));
    }

    @ParameterizedTest
    @MethodSource("models")
    void a_run_goes_on_at_another_number_of_ranks(String model) throws IOException {
        requireGoesOn(model, 4, 3);
    }

    @ParameterizedTest
    @MethodSource("models")
    @Tag("long")
    void and_from_many_to_one_and_back(String model) throws IOException {
        requireGoesOn(model, 2, 1);
        requireGoesOn(model, 1, 8);
    }

    @Test
    void a_run_goes_on_with_its_shards_alone() {
        var model = MODELS.getFirst();
        for (var command : List.of(model, MODELS.getLast())) {
            var run = command.split(" ", -1)[0];
            run(1, train(run, command, "--steps", "4"));
            assertThat(run(1, train(4, run, command, "--steps", "4")))
                    .containsExactly(new CommandResult(
                            2,
                            "",
                            "handgrad: --shards was 8 in " + path(run)
                                    + ", it is 4 now; leave it as it was, or name another folder\n"));
            assertThat(run(1, withoutShards(train(run, command, "--steps", "4"))))
                    .containsExactly(new CommandResult(
                            2,
                            "",
                            "handgrad: --shards was 8 in " + path(run)
                                    + ", it is not given now; leave it as it was, or name another folder\n"));
        }
    }

    /** One rank alone tells of it, in one line. */
    private static void assertRefused(List<CommandResult> results, int rank, int code, String message) {
        for (int i = 0; i < results.size(); i++) {
            var expected = i == rank ? new CommandResult(code, "", "handgrad: " + message + "\n") : SILENT;
            assertThat(results.get(i)).as("rank " + i).isEqualTo(expected);
        }
    }

    private static final CommandResult SILENT = new CommandResult(0, "", "");

    @Test
    void what_is_wrong_at_all_ranks_is_told_once() {
        var model = MODELS.getFirst();
        assertRefused(run(3, train(5, "run", model)), 0, 2, "--shards must be a power of 2, it is 5");
        assertRefused(
                run(3, "train", "mlp", "--shards", "8", "--data", "nothing.txt"),
                0,
                2,
                "--data: nothing.txt: there is no such file");
        assertRefused(
                run(3, train(2, "run", model)),
                0,
                2,
                "--shards 2 is fewer than the 3 ranks, each of which wants a shard; start fewer, or give more shards");
        assertRefused(
                run(2, "train", "mlp", "--out", "" + path("run")),
                0,
                2,
                "2 ranks want --shards, a power of 2 and at least as many, to share a batch");
        assertThat(path("run")).doesNotExist();
    }

    @Test
    void shards_are_cut_from_the_rows_of_a_batch() {
        assertRefused(
                run(1, train(8, "run", "mlp --batch-size 7")),
                0,
                2,
                "--shards 8 is more than the rows of a batch: --batch-size 7");
        assertRefused(
                run(1, train(16, "run", "gpt")), 0, 2, "--shards 16 is more than the rows of a batch: --batch-size 12");
        assertRefused(
                run(1, train(8, "run", "mlp-bn --batch-size 15")),
                0,
                2,
                "--shards 8 leaves single rows of --batch-size 15, and mlp-bn normalises each shard by its own rows, at"
                        + " least 2; or give --batch-norm synchronized");
        assertRefused(
                run(1, train(8, "run", "bigram-counted")),
                0,
                2,
                "bigram-counted is counted, not trained: it has no --shards");
        assertRefused(run(1, train(0, "run", "mlp")), 0, 2, "--shards must be at least 1, it is 0");
        assertRefused(
                run(1, "train", "mlp", "--find-lr", "--shards", "2"),
                0,
                2,
                "--find-lr has its own steps and rates and writes nothing: leave out --shards");
    }

    @Test
    void batch_norm_is_for_shards_of_a_model_that_has_one() {
        assertRefused(
                run(1, withoutShards(train("run", "mlp-bn --batch-norm shard"))),
                0,
                2,
                "--batch-norm says what shards are normalised by: give --shards as well, or leave it out");
        assertRefused(
                run(1, train("run", "mlp --batch-norm synchronized")),
                0,
                2,
                "mlp has no batch normalisation: it has no --batch-norm");
        assertRefused(
                run(1, train("run", "wavenet-small-bug --batch-norm synchronized")),
                0,
                2,
                "wavenet-small-bug has statistics for each position: it has no --batch-norm synchronized");
        assertRefused(
                run(1, train("run", "mlp-bn --batch-norm all")),
                0,
                2,
                "--batch-norm must be shard or synchronized, it is all");
        assertRefused(
                run(2, rank -> train("run", "mlp-bn --batch-norm " + (rank == 1 ? "shard" : "synchronized"))),
                1,
                2,
                "rank 1 has --batch-norm shard, rank 0 has --batch-norm synchronized; start all ranks alike");
        assertThat(path("run")).doesNotExist();
        run(1, train("run", SYNCHRONIZED, "--steps", "4"));
        assertRefused(
                run(1, train("run", "mlp-bn --hidden 12 --batch-size 13", "--batch-norm", "shard", "--steps", "4")),
                0,
                2,
                "--shards 8 leaves single rows of --batch-size 13, and mlp-bn normalises each shard by its own rows, at"
                        + " least 2; or give --batch-norm synchronized");
        var shard = SYNCHRONIZED.replace("synchronized", "shard").replace("13", "16");
        run(1, train("shard", shard, "--steps", "4"));
        assertRefused(
                run(1, train("shard", shard.replace(" shard", " synchronized"), "--steps", "4")),
                0,
                2,
                "--batch-norm was shard in " + path("shard")
                        + ", it is synchronized now; leave it as it was, or name another folder");
    }

    @Test
    void ranks_that_are_not_started_alike_are_refused() {
        var model = MODELS.getFirst();
        assertRefused(
                run(3, rank -> train("run", model, "--lr", rank == 1 ? "0.2" : "0.1")),
                1,
                2,
                "rank 1 has --lr 0.2, rank 0 has --lr 0.1; start all ranks alike");
        assertThat(path("run")).doesNotExist();
    }

    @Test
    void a_folder_that_rank_0_cannot_have_ends_all() {
        var model = MODELS.getFirst();
        run(2, train("run", model, "--steps", "4"));
        assertRefused(
                run(2, train("run", model, "--steps", "4")),
                0,
                2,
                "--out: " + path("run") + " holds a finished run of 4 steps; give more --steps to go on with it, or"
                        + " name another folder");
    }

    @Test
    void a_training_that_diverges_ends_all() {
        var results = run(3, train("run", MODELS.getFirst(), "--steps", "40", "--lr", "1e30", "--quiet"));
        assertThat(results.getFirst().code()).isEqualTo(1);
        assertThat(results.getFirst().err())
                .startsWith("handgrad: training diverged: ")
                .containsOnlyOnce("\n");
        assertThat(results.subList(1, 3)).containsOnly(SILENT);
    }
}
