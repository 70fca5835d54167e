package handgrad.app.sequence;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.CommandResult;
import handgrad.io.Gpt2Model;
import handgrad.nn.Gpt;
import handgrad.nn.GptOptions;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GptCommandTest {
    /** A model that learns nothing in no time. */
    private static final Map<String, String> SMALL = new TreeMap<>(
            Map.of("--layers", "2", "--heads", "2", "--embedding", "8", "--block-size", "8", "--batch-size", "4"));

    @TempDir
    private Path folder;

    private Path text;

    @BeforeEach
    void write_a_text() throws IOException {
        text = Files.writeString(folder.resolve("text.txt"), "to be, or not to be, that is the question:\n".repeat(10));
    }

    private CommandResult train(Path run, String... options) {
        var all = new ArrayList<>(List.of("train", "gpt", "--out", run.toString()));
        var given = List.of(options);
        if (!given.contains("--data")) {
            all.addAll(List.of("--data", text.toString()));
        }
        SMALL.forEach((option, value) -> {
            if (!given.contains(option)) {
                all.addAll(List.of(option, value));
            }
        });
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
        var trained = train(run, "--steps", "3", "--eval-every", "2", "--log-every", "1", "--eval-batches", "2");
        assertThat(trained.err()).isEmpty();
        assertThat(trained.out())
                .contains(
                        "model    gpt (nanoGPT): 1,768 parameters, batch 4, seed 1337\n",
                        "text     " + text + ": 430 characters\n",
                        "tokens   16 symbols; train 387 tokens, dev 43\n",
                        "        0  train 2.7",
                        "dev: all of it, 5 blocks of 8 tokens one behind the other; train: its first 5\nblocks.\n",
                        "Each symbol as likely as the other gives ln 16 = 2.7726.\n",
                        "\nrun folder: " + run + "\nweights  sha256 ");
        assertThat(metrics(run).lines().map(line -> line.replaceAll("\"(loss|lr)\":[^,}]+", "")))
                .containsExactly(
                        "{\"step\":0,\"split\":\"train\",}",
                        "{\"step\":0,\"split\":\"dev\",}",
                        "{\"step\":0,,}",
                        "{\"step\":1,,}",
                        "{\"step\":2,\"split\":\"train\",}",
                        "{\"step\":2,\"split\":\"dev\",}",
                        "{\"step\":2,,}",
                        "{\"split\":\"train\",}",
                        "{\"split\":\"dev\",}");
        assertThat(Files.readString(run.resolve("outcome.json")))
                .contains("\"dev\":2.7")
                .doesNotContain("test");
        assertThat(run.resolve("best.safetensors")).exists();
        assertThat(run.resolve("report.html")).doesNotExist();

        var evaluated = run("evaluate --run", run);
        assertThat(evaluated.err()).isEmpty();
        assertThat(evaluated.out()).contains("train  ", "dev  ", hash(trained));
        assertThat(run("doctor", run.resolve("model.safetensors")).out())
                .contains("blocks.1.attention.qkv.weight", hash(trained));
        var other = folder.resolve("other");
        assertThat(train(other, "--steps", "1", "--bias", "--quiet").err()).isEmpty();
        assertThat(run("compare", run, other, "--out", folder.resolve("compare.html"))
                        .out())
                .containsPattern("--bias +false +true");
    }

    @Test
    void without_a_file_the_names_are_the_text_and_it_says_so() {
        var trained = run(
                "train gpt --steps 1 --layers 1 --heads 1 --embedding 2 --block-size 4 --eval-batches 1"
                        + " --batch-size 500 --out",
                folder.resolve("names"));
        assertThat(trained.err()).isEmpty();
        assertThat(trained.out()).contains("text     the bundled names, one a line, as a text: ");
    }

    /** With dropout, whose masks come from the same generator as the batches, and evaluations, which draw as well. */
    @Test
    void a_training_that_was_interrupted_goes_on_with_the_same_bits() throws IOException {
        String[] options = {
            "--steps",
            "6",
            "--dropout",
            "0.1",
            "--quiet",
            "--checkpoint-every",
            "1",
            "--keep",
            "9",
            "--eval-every",
            "2",
            "--eval-batches",
            "1",
            "--log-every",
            "2"
        };
        var whole = folder.resolve("whole");
        var run = folder.resolve("run");
        for (var each : List.of(whole, run)) {
            assertThat(train(each, options).err()).isEmpty();
        }
        for (var file : List.of("checkpoint-6", "checkpoint-5", "checkpoint-4", "model")) {
            Files.delete(run.resolve(file + ".safetensors"));
        }
        Files.delete(run.resolve("outcome.json"));
        assertThat(run("sample --tokens 1 --run", run).err())
                .isEqualTo("handgrad: the training in " + run
                        + " has not reached its end; this is checkpoint-3.safetensors\n");
        assertRefused(
                run("train gpt --bias --resume", run),
                "--bias was false in " + run + ", it is true now; leave it as it was, or name another folder");
        assertRefused(
                run("train gpt --eval-batches 3 --resume", run),
                "--eval-batches was 1 in " + run + ", it is 3 now; leave it as it was, or name another folder");
        // By train alone, which finds the model in the folder.
        var resumed = run("train --log-every 2 --resume", run);
        assertThat(resumed.err()).isEmpty();
        assertThat(resumed.out()).contains("resumed  after step 3, from " + run + "/checkpoint-3.safetensors");
        for (var file : List.of("model.safetensors", "best.safetensors", "checkpoint-6.safetensors")) {
            assertThat(WeightsOf.file(run.resolve(file))).isEqualTo(WeightsOf.file(whole.resolve(file)));
        }
        assertThat(metrics(run)).isEqualTo(metrics(whole));
        assertRefused(
                run("train --resume", run),
                "--resume: " + run + " holds a finished run of 6 steps; give more --steps to go on with it, or name"
                        + " another folder");
    }

    /** The cosine keeps its end. */
    @Test
    void a_run_may_get_more_steps() throws IOException {
        var run = folder.resolve("run");
        assertThat(train(run, "--steps", "3", "--warmup", "1", "--quiet").err()).isEmpty();
        assertThat(run("train gpt --steps 5 --log-every 1 --quiet --resume", run)
                        .err())
                .isEmpty();
        assertThat(Files.readString(run.resolve("options.json"))).contains("\"decaySteps\":\"3\"", "\"steps\":\"5\"");
        assertThat(Files.readString(run.resolve("metrics.jsonl")))
                .containsPattern("\"step\":3,\"loss\":[^,]+,\"lr\":1\\.0E-4")
                .containsPattern("\"step\":4,\"loss\":[^,]+,\"lr\":1\\.0E-4");
    }

    @Test
    void samples_go_on_from_a_prompt() throws IOException {
        var run = folder.resolve("run");
        assertThat(train(run, "--steps", "1", "--quiet").err()).isEmpty();
        var first = run("sample --tokens 30 --prompt", "not to be", "--run", run);
        assertThat(first.err()).isEmpty();
        assertThat(first.out()).startsWith("not to be").hasSize("not to be".length() + 30 + 1);
        assertThat(run("sample --tokens 30 --prompt", "not to be", "--run", run))
                .isEqualTo(first);
        assertThat(run("sample --tokens 30 --seed 2 --prompt", "not to be", "--run", run))
                .isNotEqualTo(first);
        assertThat(run("sample --tokens 5 -n 3 --top-k 1 --run", run)
                        .out()
                        .lines()
                        .filter("---------------"::equals))
                .hasSize(2);
        assertRefused(
                run("sample --prompt NOT --run", run),
                "the prompt has the character 'N', which the model has not learned; it knows \\n ,:abehinoqrstu"
                        .replaceFirst("^", "--prompt: "));
        assertRefused(
                run("sample --run", run, "--prompt", ""), "--prompt is empty; leave it out, or give it a character");
        assertRefused(run("sample --tokens 0 --run", run), "--tokens must be from 1 to 10,000,000, it is 0");
        assertRefused(run("sample --top-k 18 --run", run), "--top-k must be from 1 to 16, it is 18");
        assertRefused(run("sample --marks --run", run), "gpt makes texts, not names: leave out --marks");
        var names = folder.resolve("names");
        assertThat(run("train mlp --steps 1 --quiet --out", names).err()).isEmpty();
        assertRefused(run("sample --prompt a --run", names), "mlp makes names, not texts: leave out --prompt");
        assertRefused(run("sample --tokens 5 --run", names), "mlp makes names, not texts: leave out --tokens");
    }

    @Test
    void weights_of_a_run_begin_another() throws IOException {
        var first = folder.resolve("first");
        assertThat(train(first, "--steps", "1", "--quiet").err()).isEmpty();
        var second = folder.resolve("second");
        assertThat(train(second, "--steps", "1", "--quiet", "--init", first.toString())
                        .err())
                .isEmpty();
        assertThat(metrics(second)).isNotEqualTo(metrics(first));
        assertThat(train(folder.resolve("other"), "--bias", "--init", first.toString())
                        .err())
                .startsWith("handgrad: --init: " + first.resolve("model.safetensors")
                        + " does not fit gpt with --layers 2, --embedding 8, --block-size 8, --batch-size 4:"
                        + " loadStateDict: missing ")
                .hasLineCount(1);
        Files.writeString(text, "Ophelia ".repeat(200));
        assertRefused(
                train(folder.resolve("other"), "--init", first.toString()),
                "--data: " + text + " has the character 'O', which the model has not learned; it knows"
                        + " \\n ,:abehinoqrstu");
        assertThat(folder.resolve("other")).doesNotExist();
    }

    @Test
    void gpt_2_tokens_are_bytes_of_any_text() {
        var run = folder.resolve("run");
        var trained = train(
                run,
                "--tokenizer",
                "gpt2",
                "--steps",
                "1",
                "--embedding",
                "2",
                "--batch-size",
                "1",
                "--eval-batches",
                "1");
        assertThat(trained.err()).isEmpty();
        assertThat(trained.out()).contains("tokens   50,257 symbols; train ");
        assertThat(run("sample --tokens 2 --prompt", "Größe", "--run", run).out())
                .startsWith("Größe");
    }

    /** The file says what the network is; its table of positions is as long as is needed. */
    @Test
    void weights_of_gpt_2_as_llm_c_has_them_begin_a_training() throws IOException {
        var file = folder.resolve("gpt2.bin");
        var gpt2 = new Gpt(GptOptions.GPT2.withBlockSize(16).withSizes(1, 2, 4), TorchRandom.seeded(3));
        Gpt2Model.write(file, gpt2);
        var run = folder.resolve("run");
        var result = run(
                "train gpt --steps 1 --block-size 8 --batch-size 1 --eval-batches 1 --data",
                text,
                "--init",
                file,
                "--out",
                run);
        assertThat(result.err()).isEmpty();
        assertThat(result.out()).contains("tokens   50,257 symbols; ", "init     " + file);
        assertThat(Files.readString(run.resolve("options.json")))
                .contains("\"gelu\":\"tanh\"", "\"heads\":\"2\"", "\"bias\":\"true\"");
        var begun = GptOptions.GPT2.withBlockSize(8).withSizes(1, 2, 4);
        var options = SequenceOptions.read(new GptModel(), run.resolve("options.json"));
        var network = new SequenceNetwork(options, true).begin(TorchRandom.seeded(1));
        assertThat(((Gpt) network).options()).isEqualTo(begun);
        var x = Tensor.of(new int[] {1, 50_256, 3}, 1, 3);
        assertThat(network.forward(x)).isEqualTo(gpt2.forward(x));

        assertThat(run(
                                "train gpt --layers 2 --block-size 8 --data",
                                text,
                                "--init",
                                file,
                                "--out",
                                folder.resolve("other"))
                        .err())
                .startsWith("handgrad: --init: " + file + " does not fit gpt with --layers 2, --embedding 4,")
                .hasLineCount(1);
        Files.write(file, new byte[2000]);
        assertThat(run("train gpt --data", text, "--init", file, "--out", folder.resolve("other"))
                        .err())
                .startsWith("handgrad: --init: " + file)
                .hasLineCount(1);
        assertThat(folder.resolve("other")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        --heads 3            | --heads must divide --embedding, and 3 does not divide 8
        --layers 0           | --layers must be from 1 to 1,000, it is 0
        --block-size 0       | --block-size must be from 1 to 65,536, it is 0
        --dropout 1          | --dropout must be from 0 to 0.99, it is 1.0
        --dropout NaN        | --dropout must be from 0 to 0.99, it is NaN
        --lr 0               | --lr must be more than 0 and at most 3.4e38, it is 0.0
        --min-lr 1           | --min-lr must be at most --lr, which is 0.001, it is 1.0
        --weight-decay -1    | --weight-decay must be from 0 to 1,000, it is -1.0
        --clip -1            | --clip must be from 0 to 3.4e38, it is -1.0
        --optimizer lion     | --optimizer must be adamw or adam or sgd or rmsprop, it is lion
        --tokenizer words    | --tokenizer must be characters or gpt2, it is words
        --steps 0            | --steps must be at least 1, it is 0
        --eval-batches 0     | --eval-batches must be from 1 to 1,000,000, it is 0
        --eval-every 0       | --eval-every must be at least 1, it is 0
        --log-every 0        | --log-every must be at least 1, it is 0
        --top-k 18           | --top-k must be from 1 to 16, it is 18
        --data ''            | --data is empty; name a file or folder
        --block-size 60000 --batch-size 20000 | --batch-size 20000, --block-size 60000 and --embedding give a \
        tensor of 2^31 numbers or more; make one of them smaller
        """)
    void wrong_options_are_refused(String options, String message) {
        var run = folder.resolve("run");
        var all = options.replace("''", "").split(" ", -1);
        assertRefused(train(run, all), message);
        assertThat(run).doesNotExist();
    }

    @Test
    void a_text_that_is_none_is_refused() throws IOException {
        var run = folder.resolve("run");
        assertRefused(
                train(run, "--block-size", "43"),
                "--data: " + text
                        + " is too short: dev, the last 10 %, has 43 tokens, a block of 43 and the token behind"
                        + " it need 44; take a longer text or a smaller --block-size");
        Files.writeString(text, "");
        assertRefused(train(run), "--data: " + text + " is empty, a text is expected");
        Files.write(text, new byte[] {(byte) 0xFF, 'a'});
        assertRefused(train(run), "--data: " + text + ": line 1 is not UTF-8 text; save the file in UTF-8");
        Files.delete(text);
        assertThat(train(run).err())
                .startsWith("handgrad: --data: " + text + ": ")
                .hasLineCount(1);
        assertThat(run).doesNotExist();
    }

    @Test
    void options_of_train_stand_behind_the_model() {
        assertRefused(run("train --steps 3 gpt"), "--steps stands before gpt; write ./handgrad train gpt --steps ...");
        assertThat(run("train gpt --hidden 3").err()).contains("unknown option --hidden");
        assertThat(run("train --help").out()).containsPattern("  gpt +Trains a transformer on any text");
    }

    @Test
    void the_page_says_how_it_went() throws IOException {
        var run = folder.resolve("run");
        assertThat(train(run, "--steps", "2", "--report", "--bias", "--no-tie").err())
                .isEmpty();
        assertThat(Files.readString(run.resolve("report.html")))
                .contains(
                        "a uniform guess over 16 symbols has ln 16 = 2.7726",
                        "--bias --no-tie",
                        "\"kind\":\"shadedtext\"",
                        "Attention: a map for each head");
    }
}
