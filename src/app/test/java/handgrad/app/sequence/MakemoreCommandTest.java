package handgrad.app.sequence;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.CommandResult;
import handgrad.testing.LectureNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MakemoreCommandTest {
    private static final List<String> NAMES = List.of(
            "ada", "bea", "cleo", "dan", "eve", "finn", "gus", "hal", "ida", "jo", "kim", "lea", "max", "nils", "olga",
            "pia", "quin", "rosa", "sam", "tilda");

    @TempDir
    private Path folder;

    private Path names;

    @BeforeEach
    void write_names() throws IOException {
        names = Files.write(folder.resolve("names.txt"), NAMES);
    }

    private CommandResult train(String model, Path run, String... options) {
        var all = new ArrayList<>(List.of("train", model, "--out", run.toString()));
        var given = List.of(options);
        if (!given.contains("--data")) {
            all.addAll(List.of("--data", names.toString()));
        }
        all.addAll(given);
        return CommandResult.of(all.toArray(String[]::new));
    }

    private static CommandResult run(String words, Object... more) {
        var all = Stream.concat(Stream.of(words.split(" ")), Stream.of(more).map(Object::toString));
        return CommandResult.of(all.toArray(String[]::new));
    }

    private static void assertRefused(CommandResult result, String message) {
        assertThat(result.err()).isEqualTo("handgrad: " + message + "\n");
        assertThat(result.code()).isEqualTo(2);
    }

    private static String hash(CommandResult result) {
        return result.out()
                .lines()
                .filter(line -> line.startsWith("weights  sha256"))
                .findFirst()
                .orElseThrow();
    }

    private static String metrics(Path run) throws IOException {
        return Files.readString(run.resolve("metrics.jsonl")).replaceAll(",\"seconds\":[^}]+", "");
    }

    @Test
    void trains_says_what_it_does_and_leaves_a_run_folder() throws IOException {
        var run = folder.resolve("run");
        var trained = train(
                "makemore-bow",
                run,
                "--steps",
                "5",
                "--eval-every",
                "2",
                "--sample-every",
                "4",
                "--log-every",
                "1",
                "--report");
        assertThat(trained.err()).isEmpty();
        assertThat(trained.out())
                .contains(
                        "model    makemore-bow (makemore.py): ",
                        "names    names.txt: 20 names\n",
                        "split    train 18 names, test 2; 24 symbols, 6 positions\n",
                        "train: all 18 names; test: all 2. The best weights and --patience go by test,",
                        "\nrun folder: " + run + "\n",
                        "\nweights  sha256 ")
                .containsPattern("        2 .*\n        2  train \\d.*, test \\d.*, the best so far\n")
                .containsPattern("        4 .*\n        4  train \\d.*, test .*\n  samples: ");
        assertThat(metrics(run).lines().map(line -> line.replaceAll("\"(loss|lr)\":[^,}]+", "")))
                .containsExactly(
                        "{\"step\":0,,}",
                        "{\"step\":1,,}",
                        "{\"step\":2,,}",
                        "{\"step\":2,\"split\":\"train\",}",
                        "{\"step\":2,\"split\":\"test\",}",
                        "{\"step\":3,,}",
                        "{\"step\":4,,}",
                        "{\"step\":4,\"split\":\"train\",}",
                        "{\"step\":4,\"split\":\"test\",}",
                        "{\"split\":\"train\",}",
                        "{\"split\":\"test\",}");
        assertThat(Files.readString(run.resolve("outcome.json")))
                .contains("\"test\":")
                .doesNotContain("dev");
        assertThat(Files.readString(run.resolve("report.html")))
                .contains("The best weights and --patience go by test", "makemore.py");

        var evaluated = run("evaluate --run", run);
        assertThat(evaluated.err()).isEmpty();
        assertThat(evaluated.out()).contains("train  ", "test  ", hash(trained));
        assertThat(run("doctor", run.resolve("model.safetensors")).out()).contains("2.mlp", hash(trained));
        var other = folder.resolve("other");
        assertThat(train("makemore-bigram", other, "--steps", "1", "--quiet").err())
                .isEmpty();
        var compared = run("compare", run, other, "--out", folder.resolve("compare.html"));
        assertThat(compared.err()).isEmpty();
        assertThat(compared.code()).isZero();
        assertThat(compared.out()).contains("best test").doesNotContain("best dev");
    }

    /** Evaluations and samples draw from the generator, and batches from another. */
    @ParameterizedTest
    @CsvSource({"makemore-gru", "makemore-transformer"})
    void a_training_that_was_interrupted_goes_on_with_the_same_bits(String model) throws IOException {
        var options = ("--steps 6 --embedding 8 --quiet --checkpoint-every 1 --keep 9 --eval-every 2 --sample-every 3"
                        + " --log-every 2")
                .split(" ");
        var whole = folder.resolve("whole");
        var run = folder.resolve("run");
        for (var each : List.of(whole, run)) {
            assertThat(train(model, each, options).err()).isEmpty();
        }
        for (var file : List.of("checkpoint-6", "checkpoint-5", "checkpoint-4", "model")) {
            Files.delete(run.resolve(file + ".safetensors"));
        }
        Files.delete(run.resolve("outcome.json"));
        assertRefused(
                run("train " + model + " --embedding 16 --resume", run),
                "--embedding was 8 in " + run + ", it is 16 now; leave it as it was, or name another folder");
        var resumed = run("train --log-every 2 --resume", run);
        assertThat(resumed.err()).isEmpty();
        assertThat(resumed.out()).contains("resumed  after step 3, from " + run + "/checkpoint-3.safetensors");
        for (var file : List.of("model.safetensors", "best.safetensors", "checkpoint-6.safetensors")) {
            assertThat(WeightsOf.file(run.resolve(file))).isEqualTo(WeightsOf.file(whole.resolve(file)));
        }
        assertThat(metrics(run)).isEqualTo(metrics(whole));
    }

    @Test
    void patience_goes_by_test() {
        var run = folder.resolve("run");
        // At this rate a table is soon worse on names that it has not seen.
        var trained =
                train("makemore-bigram", run, "--steps", "5000", "--lr", "1", "--eval-every", "5", "--patience", "2");
        assertThat(trained.err()).isEmpty();
        assertThat(trained.out()).containsPattern("\nThe weights are those after step [0-9]+, the best on test: \\d");
        assertThat(trained.out()).doesNotContain("5,000 steps in");
    }

    @Test
    void samples_are_names_and_the_first_of_many_are_those_of_few() throws IOException {
        var run = folder.resolve("run");
        var trained = train("makemore-mlp", run, "--steps", "2", "--embedding", "4", "--hidden", "5");
        var first = run("sample --run", run);
        assertThat(first.err()).isEmpty();
        assertThat(first.out().lines()).hasSize(20);
        assertThat(trained.out()).contains("\n" + first.out());
        assertThat(run("sample -n 45 --run", run).out()).startsWith(first.out()).hasLineCount(45);
        assertThat(first.out()).startsWith(run("sample -n 3 --run", run).out());
        assertThat(run("sample --seed 2 --run", run)).isNotEqualTo(first);
        assertThat(run("sample --marks -n 2 --run", run).out().lines())
                .allMatch(line -> line.matches(".*\t(new|in train|in test)"));
        assertThat(run("sample --top-k 1 -n 2 --run", run).out().lines().distinct())
                .hasSize(1);
        assertRefused(run("sample --prompt a --run", run), "makemore-mlp makes names, not texts: leave out --prompt");
        assertRefused(run("sample --top-k 25 --run", run), "--top-k must be from 1 to 24, it is 25");
        Files.write(names, List.of("bartholomew"));
        assertThat(run("evaluate --run", run).err()).contains("too few names");
    }

    @Test
    void weights_of_a_run_begin_another() throws IOException {
        var first = folder.resolve("first");
        assertThat(train("makemore-bigram", first, "--steps", "1", "--quiet").err())
                .isEmpty();
        var second = folder.resolve("second");
        assertThat(train("makemore-bigram", second, "--steps", "1", "--quiet", "--init", first.toString())
                        .err())
                .isEmpty();
        assertThat(metrics(second)).isNotEqualTo(metrics(first));
        Files.write(names, Stream.concat(NAMES.stream(), Stream.of("zoe")).toList());
        assertRefused(
                train("makemore-bigram", folder.resolve("other"), "--init", first.toString()),
                "--data: 'zoe' has the character 'z', which the model has not learned; it knows the 23 characters"
                        + " abcdefghijklmnopqrstuvx");
        assertThat(folder.resolve("other")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        makemore-transformer --heads 3    | --heads must divide --embedding, and 3 does not divide 64
        makemore-transformer --layers 0   | --layers must be from 1 to 1,000, it is 0
        makemore-rnn --hidden 0           | --hidden must be from 1 to 20,000, it is 0
        makemore-rnn --sample-every -1    | --sample-every must be at least 0, it is -1
        makemore-rnn --lr 0               | --lr must be more than 0 and at most 3.4e38, it is 0.0
        makemore-mlp --block-size 5       | --data: the longest name has 5 characters, and with --block-size 5 a name \
        has 4
        makemore-gru --hidden 20000 --batch-size 20000 | these sizes give a tensor of 2^31 numbers or more; make one \
        of them smaller: --batch-size, --block-size, --embedding or --hidden
        """)
    void wrong_options_are_refused(String options, String message) {
        var run = folder.resolve("run");
        var all = options.split(" ", -1);
        assertRefused(train(all[0], run, Stream.of(all).skip(1).toArray(String[]::new)), message);
        assertThat(run).doesNotExist();
    }

    @Test
    void too_few_names_are_refused() throws IOException {
        Files.write(names, NAMES.subList(0, 9));
        assertRefused(
                train("makemore-rnn", folder.resolve("run")),
                "--data: 9 names are too few: one in ten is for test, so there must be at least 10");
    }

    @Test
    void a_model_has_the_sizes_that_mean_something_for_it() {
        assertThat(run("train makemore-bigram --hidden 3").err()).contains("unknown option --hidden");
        assertThat(run("train makemore-transformer --hidden 3").err()).contains("unknown option --hidden");
        assertThat(run("train makemore-rnn --heads 3").err()).contains("unknown option --heads");
        assertThat(run("train --help").out())
                .containsPattern("  makemore-gru +Trains a gated recurrent network, on names");
        assertThat(run("train makemore-gru --help").out()).contains("--hidden=N", "default 64", "default 10,000");
    }

    /** The split, the weights, the batches and the order of what the generator draws, by the command. */
    @Test
    void the_losses_are_those_of_the_program() {
        var trained = train(
                "makemore-rnn",
                folder.resolve("run"),
                "--data",
                LectureNames.file().toString(),
                "--steps",
                "21",
                "--log-every",
                "10");
        assertThat(trained.err()).isEmpty();
        assertThat(trained.out()).containsSubsequence("        0    3.3456", "       10    3.2083", "       20 ");
    }

    @Test
    @Tag("long")
    void the_words_and_the_evaluation_are_those_of_the_program() {
        var trained = train(
                "makemore-rnn",
                folder.resolve("run"),
                "--data",
                LectureNames.file().toString(),
                "--steps",
                "501");
        assertThat(trained.err()).isEmpty();
        assertThat(trained.out())
                .containsSubsequence(
                        "      200    2.42", """
                          samples: aryah (in train), shdotar, oziyen, vophik, kormas, ple, harienb,
                          nuahdn, saden, mrodoriey
                        """, "      500    2.27", "      500  train 2.28", ", test 2.27");
    }
}
