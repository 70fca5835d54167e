package handgrad.app.train;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.CommandResult;
import handgrad.io.Safetensors;
import handgrad.tensor.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SampleCommandTest {
    @TempDir
    private Path folder;

    private Path run;
    private Path options;
    private Path weights;
    private String trained;

    @BeforeEach
    void train() throws IOException {
        run = folder.resolve("run");
        options = run.resolve("options.json");
        weights = run.resolve("model.safetensors");
        var data = Files.writeString(
                folder.resolve("names.txt"), "emma\nolivia\nava\nisabella\nsophia\ncharlotte\nmia\namelia\n");
        trained = CommandResult.of(
                        "train",
                        "--steps",
                        "20",
                        "--hidden",
                        "16",
                        "--seed",
                        "5",
                        "--data",
                        "" + data,
                        "--out",
                        "" + run)
                .out();
    }

    @Test
    void printsTheNamesThatTrainPrinted() {
        var result = sample();
        assertThat(result.code()).isZero();
        assertThat(result.err()).isEmpty();
        assertThat(result.out().lines()).hasSize(20);
        // Between the losses and the folder, in lines of several.
        var names = trained.replaceFirst("(?s).*compare with\\.\n\n(.*)\n\n.* are new\n\nrun folder.*", "$1");
        assertThat(names.replaceAll("\\s+", "\n"))
                .isEqualTo(result.out().strip().replaceAll("\\s+", "\n"));
    }

    /** The folder was written by the version before the weights had a hash, and the names are those that it sampled. */
    @Test
    void aRunOfAnEarlierVersionStillGivesItsNames() throws Exception {
        var oldOptions = Objects.requireNonNull(SampleCommandTest.class.getResource("old-run/options.json"));
        var old = Objects.requireNonNull(Path.of(oldOptions.toURI()).getParent());
        assertThat(CommandResult.of("sample", "--run", "" + old))
                .isEqualTo(new CommandResult(0, Files.readString(old.resolve("names.txt")), ""));
        var file = old.resolve("model.safetensors");
        assertThat(CommandResult.of("doctor", "" + file).out())
                .contains("\n5.weight        F32      (8, 27)           absent\n")
                .endsWith("\nweights  sha256 d41d8f288ae83c3ae9d11723a8afde071eb22db9d6c9834bcea7aa4fd13f9875\n");
    }

    @Test
    void theSameSeedGivesTheSameNames() {
        var names = sample("-n", "5", "--seed", "15").out();
        assertThat(names.lines()).hasSize(5);
        assertThat(sample("-n", "5", "--seed", "15").out()).isEqualTo(names);
        assertThat(sample().out()).startsWith(names);
        assertThat(sample("-n", "5", "--seed", "16").out()).isNotEqualTo(names);
    }

    @Test
    void marksEachNameAfterATab() {
        var plain = sample("-n", "50").out().lines().toList();
        var marked = sample("-n", "50", "--marks").out().lines().toList();
        assertThat(marked).map(line -> line.replaceFirst("\t.*", "")).isEqualTo(plain);
        assertThat(marked).allMatch(line -> line.matches("[a-z]*\t(in train|in dev|in test|new)"));
    }

    @Test
    void refusesMarksWhereTheNamesHaveNoPath() throws IOException {
        var options = run.resolve("options.json");
        var data = folder.resolve("names.txt").toString();
        Files.writeString(options, Files.readString(options).replace(data, "a\\u0000b"));
        assertThat(sample("--marks")).isEqualTo(refused("--marks: the data of options.json is no path: a\\u0000b"));
    }

    @Test
    void refusesMarksWithoutTheNamesOfTheRun() throws IOException {
        var data = folder.resolve("names.txt");
        Files.delete(data);
        assertThat(sample("--marks")).isEqualTo(refused("--marks: " + data + ": there is no such file"));
        assertThat(sample().code()).isZero();
    }

    @Test
    void aTemperatureNearZeroDrawsTheLikeliestCharactersAsTopOneDoes() {
        var likeliest = sample("-n", "3", "--top-k", "1").out();
        assertThat(likeliest.lines().distinct()).hasSize(1);
        assertThat(sample("-n", "3", "--temperature", "1e-9").out()).isEqualTo(likeliest);
        assertThat(sample("--temperature", "1", "--top-k", "15").out()).isEqualTo(sample().out());
        assertThat(sample("--temperature", "2").out()).isNotEqualTo(sample().out());
    }

    @Test
    void refusesMoreLikeliestCharactersThanTheAlphabetHas() {
        assertThat(sample("--top-k", "16")).isEqualTo(refused("--top-k must be from 1 to 15, it is 16"));
    }

    @Test
    void refusesACountBelowOne() {
        assertThat(sample("-n", "0")).isEqualTo(refused("-n must be at least 1, it is 0"));
    }

    @Test
    void refusesWhatIsNoRunFolder() throws IOException {
        assertThat(CommandResult.of("sample"))
                .isEqualTo(new CommandResult(
                        2, "", "handgrad sample: Missing required option: '--run=DIR'; see handgrad sample --help\n"));
        assertThat(CommandResult.of("sample", "--run=")).isEqualTo(refused("--run is empty; name a file or folder"));
        var none = folder.resolve("none");
        assertThat(CommandResult.of("sample", "--run", "" + none))
                .isEqualTo(refused("--run: there is no folder " + none));
        Files.createDirectory(none);
        assertThat(CommandResult.of("sample", "--run", "" + none))
                .isEqualTo(refused("--run: " + none + " is no run folder of train: it has no options.json"));
    }

    @Test
    void takesTheNewestCheckpointOfARunThatHasNotEndedAndSaysSo() throws IOException {
        var whole = sample();
        Files.delete(weights);
        assertThat(sample())
                .isEqualTo(new CommandResult(
                        0,
                        whole.out(),
                        "handgrad: the training in " + run
                                + " has not reached its end; this is checkpoint-20.safetensors\n"));
        Files.delete(run.resolve("checkpoint-20.safetensors"));
        assertThat(sample())
                .isEqualTo(refused("--run: " + run
                        + " has no model.safetensors and no checkpoint: its training has not reached the first"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {           | [                   | : is not a JSON object
        {           | hello               | , line 1: is not JSON
        }           | ,                   | , line 2: is not JSON
        "steps"     | "stops"             | : steps is missing
        "steps":20  | "steps":"x"         | : steps has the wrong value x
        "steps":20  | "steps":1.5         | : steps has the wrong value 1.5
        "steps":20  | "steps":null        | : steps has the wrong value null
        "steps":20  | "steps":[20]        | : steps must be a text or a number
        "lr":0.1    | "lr":"fast"         | : lr has the wrong value fast
        "lr":0.1    | "lr":-1             | : --lr must be more than 0 and at most 3.4e38, it is -1.0
        "seed":5    | "seed":5e3          | : seed has the wrong value 5e3
        "seed":5    | "seed":5,"seed":6   | : seed stands there twice
        }           | } {}                | : goes on after its JSON object
        "mlp-bn"    | "wave\\u0000net"    | : unknown model wave\\u0000net; there are bigram-counted, bigram, mlp, \
        mlp-softmax, mlp-tanh, mlp-kaiming, mlp-bn, deep, deep-no-bn, backprop, wavenet-flat-3, wavenet-flat-8, \
        wavenet-small-bug, wavenet-small, wavenet, dilated, wavenet-gated
        abc         | ab.c                | : alphabet is none: Alphabet: '.' stands for the end of a name and \
        cannot be in one; leave it out
        "alphabet": | "alphabet":"","b":  | : alphabet is none: Alphabet: must have from 1 to 10,000 characters, \
        it has 0
        "hidden":16 | "hidden":0          | : --hidden must be from 1 to 20,000, it is 0
        "hidden":16 | "hidden":2147483647 | : --hidden must be from 1 to 20,000, it is 2147483647
        "hidden":16 | "hidden":2147483648 | : hidden has the wrong value 2147483648
        "mlp-bn"    | "llama"             | : unknown model llama; there are bigram-counted, bigram, mlp, \
        mlp-softmax, mlp-tanh, mlp-kaiming, mlp-bn, deep, deep-no-bn, backprop, wavenet-flat-3, wavenet-flat-8, \
        wavenet-small-bug, wavenet-small, wavenet, dilated, wavenet-gated
        """)
    void refusesOptionsThatAreNone(String old, String replacement, String message) throws IOException {
        change(old, replacement);
        assertThat(sample()).isEqualTo(refused(options + message));
    }

    @Test
    void refusesOptionsThatAreNoText() throws IOException {
        Files.writeString(options, "");
        assertThat(sample()).isEqualTo(refused(options + ": is not a JSON object"));
        Files.write(options, new byte[] {-1, 0, 7});
        assertThat(sample()).isEqualTo(refused(options + ": line 1 is not UTF-8 text; save the file in UTF-8"));
        Files.delete(options);
        Files.createDirectory(options);
        assertThat(sample()).isEqualTo(refused(options + ": is a folder, not the options of a run"));
    }

    @Test
    void refusesANumberOfTooManyDigits() throws IOException {
        change("\"seed\":5", "\"seed\":1" + "0".repeat(1000));
        assertThat(sample()).isEqualTo(refused(options + ": seed has more digits or characters than are read"));
    }

    @Test
    void refusesWeightsOfAnotherModel() throws IOException {
        change("\"hidden\":16", "\"hidden\":17");
        assertThat(sample())
                .isEqualTo(refused(weights + " does not fit options.json: loadStateDict: 2.weight has shape (30, 16), "
                        + "the model wants (30, 17); 3.weight has shape (16), the model wants (17); "
                        + "3.bias has shape (16), the model wants (17); 3.running_mean has shape (16), "
                        + "the model wants (17); 3.running_std has shape (16), the model wants (17); "
                        + "5.weight has shape (16, 15), the model wants (17, 15)"));
        change("mlp-bn", "mlp");
        assertThat(sample())
                .isEqualTo(refused(weights + " does not fit options.json: loadStateDict: missing 2.bias (17), "
                        + "4.weight (17, 15), 4.bias (15); unexpected 3.weight (16), 3.bias (16), 3.running_mean (16), "
                        + "3.running_std (16), 5.weight (16, 15), 5.bias (15); 2.weight has shape (30, 16), "
                        + "the model wants (30, 17)"));
    }

    @Test
    void refusesWeightsOfAnotherAlphabet() throws IOException {
        change("\"alphabet\":\"abcehilmoprstv\"", "\"alphabet\":\"abcehilmoprstw\"");
        assertThat(sample())
                .isEqualTo(refused(weights + " does not fit options.json: its alphabet is abcehilmoprstv, not"
                        + " abcehilmoprstw"));
    }

    @Test
    void refusesWeightsThatAreCutOff() throws IOException {
        byte[] bytes = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(bytes, bytes.length - 4));
        var result = sample();
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).matches("handgrad: \\Q" + weights + "\\E: is cut off, .*\n");
        Files.write(weights, new byte[0]);
        assertThat(sample())
                .isEqualTo(refused(weights + ": has 0 bytes, too few for the length of a header, which takes 8"));
    }

    @Test
    void refusesWeightsThatAreDamaged() throws IOException {
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length - 1] ^= 0x40;
        Files.write(weights, bytes);
        var result = sample();
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err())
                .matches("handgrad: \\Q" + weights + "\\E: tensor '5.bias': is damaged, the CRC-32C of its bytes is"
                        + " [0-9a-f]{8}, the metadata says [0-9a-f]{8}; copy the file again\n");
        var doctor = CommandResult.of("doctor", "" + weights);
        assertThat(doctor.code()).isEqualTo(2);
        assertThat(doctor.out())
                .contains("\n5.weight        F32      (16, 15)          good\n")
                .contains("\n5.bias          F32      (15)              damaged\n")
                .containsPattern("\nweights  sha256 [0-9a-f]{64}\n$");
        assertThat(doctor.err())
                .isEqualTo("handgrad: " + weights + ": damaged: 5.bias; copy the file again, or train again\n");
    }

    @Test
    void refusesAStatisticThatCannotBe() throws IOException {
        var tensors = Safetensors.read(weights).tensors();
        Objects.requireNonNull(tensors.get("3.running_std")).floats()[7] = -1;
        Safetensors.write(weights, tensors, Map.<String, String>of());
        var result = sample();
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err())
                .startsWith("handgrad: " + weights + " does not fit options.json: loadStateDict: 3.running_std")
                .containsOnlyOnce("\n")
                .endsWith("\n");
    }

    @Test
    void escapesTheNamesOfTensors() throws IOException {
        var tensors = new LinkedHashMap<>(Safetensors.read(weights).tensors());
        tensors.put("\033]0;pwned\007\033[31mRED", tensors.remove("0.weight"));
        Safetensors.write(weights, tensors, Map.<String, String>of());
        assertThat(CommandResult.of("doctor", "" + weights).out())
                .contains("\\u001b]0;pwned\\u0007\\u001b[31mRED  F32  ")
                .doesNotContain("\033");
        assertThat(sample().err())
                .contains("\\u001b]0;pwned\\u0007\\u001b[31mRED")
                .doesNotContain("\033");
    }

    @Test
    void escapesThePathThatIsGiven() {
        assertThat(CommandResult.of("sample", "--run", "no\n\033[31mwhere"))
                .isEqualTo(refused("--run: there is no folder no\\n\\u001b[31mwhere"));
    }

    @Test
    void refusesWeightsThatAreNotFinite() throws IOException {
        var tensors = Safetensors.read(weights).tensors();
        Objects.requireNonNull(tensors.get("5.bias")).floats()[3] = Float.NaN;
        Safetensors.write(weights, tensors, Map.<String, String>of());
        assertThat(sample()).isEqualTo(refused(weights + ": 5.bias has a weight that is NaN"));
    }

    @Test
    void refusesStatisticsThatCannotBe() throws IOException {
        var tensors = Safetensors.read(weights).tensors();
        Objects.requireNonNull(tensors.get("3.running_std")).setFlat(2, -0.5);
        Safetensors.write(weights, tensors, Map.<String, String>of());
        assertThat(sample())
                .isEqualTo(refused(weights + " does not fit options.json: loadStateDict: 3.running_std has -0.5 at [2],"
                        + " it must be at least 0"));
    }

    private void changeEnvironment(String old, String replacement) throws IOException {
        var file = run.resolve("environment.json");
        var text = Files.readString(file);
        assertThat(text).containsPattern(old);
        Files.writeString(file, text.replaceFirst(old, replacement));
    }

    @Test
    void warnsOfWhatCanChangeBits() throws IOException {
        var fma = Backend.environment().fma();
        changeEnvironment("\"fma\":" + fma, "\"fma\":" + !fma);
        changeEnvironment("\"handgrad\":\"[^\"]*\"", "\"handgrad\":\"0\\\\u001b[31m\"");
        var result = sample();
        assertThat(result.code()).isZero();
        assertThat(result.out().lines()).hasSize(20);
        assertThat(result.err())
                .isEqualTo("handgrad: warning: the run was made with handgrad 0\\u001b[31m (here " + Backend.version()
                        + "), "
                        + (fma ? "no FMA (here FMA)" : "FMA (here no FMA)")
                        + ": last bits can differ, and with them what is drawn\n");
    }

    @Test
    void doesNotWarnOfThreads() throws IOException {
        changeEnvironment("\"threads\":\\d+", "\"threads\":99");
        assertThat(sample().err()).isEmpty();
    }

    @Test
    void refusesAnEnvironmentThatIsNone() throws IOException {
        changeEnvironment("\"fma\":(true|false)", "\"fma\":\"maybe\"");
        assertThat(sample()).isEqualTo(refused(run.resolve("environment.json") + ": fma has the wrong value maybe"));
    }

    private void change(String old, String replacement) throws IOException {
        var text = Files.readString(options);
        assertThat(text).contains(old);
        Files.writeString(options, text.replace(old, replacement));
    }

    private CommandResult sample(String... more) {
        var all = new ArrayList<>(List.of("sample", "--run", run.toString()));
        all.addAll(List.of(more));
        return CommandResult.of(all.toArray(String[]::new));
    }

    private static CommandResult refused(String message) {
        return new CommandResult(2, "", "handgrad: " + message + "\n");
    }
}
