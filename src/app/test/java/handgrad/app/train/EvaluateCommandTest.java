package handgrad.app.train;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.CommandResult;
import handgrad.data.Names;
import handgrad.io.Safetensors;
import handgrad.io.WeightsHash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluateCommandTest {
    @TempDir
    private Path folder;

    private Path names;
    private Path run;
    private Path weights;
    private String trained;

    @BeforeEach
    void train() throws IOException {
        names = Files.writeString(
                folder.resolve("names.txt"), "emma\nolivia\nava\nisabella\nsophia\ncharlotte\nmia\namelia\n");
        run = folder.resolve("run");
        weights = run.resolve("model.safetensors");
        trained = train("mlp-bn", "--hidden", "16", "--out", "" + run);
    }

    private String train(String... options) {
        var all = new ArrayList<>(List.of("train", "--steps", "20", "--data", "" + names));
        all.addAll(1, List.of(options));
        var result = CommandResult.of(all.toArray(String[]::new));
        assertThat(result.err()).isEmpty();
        return result.out();
    }

    @Test
    void printsTheLossesAndTheHashThatTrainPrinted() {
        var result = evaluate();
        assertThat(result.code()).isZero();
        assertThat(result.err()).isEmpty();
        var lines = result.out().lines().toList();
        assertThat(lines).hasSize(5);
        assertThat(lines.get(1)).matches("train  +\\d\\.\\d{4}");
        assertThat(trained)
                .contains(String.join("\n", lines.subList(0, 4)) + "\n")
                .endsWith(lines.get(4) + "\n");
    }

    @Test
    void printsTheLossOnAllNamesOfAFile() throws IOException {
        var other = Files.writeString(folder.resolve("other.txt"), "elias\ncarol\nmarta\nophelia\nvera\nroberta\n");
        var options = new RunFolder(run).options();
        var model = new RunFolder(run).model(options, _ -> {});
        double loss = Evaluation.loss(
                "all", model, Names.read(other).withAlphabet(options.alphabet()).dataset(3));
        assertThat(evaluate("--data", "" + other).out())
                .startsWith("           loss\nall      %.4f\nweights".formatted(loss));
        // A model that has learned its names knows others less well.
        assertThat(loss)
                .isGreaterThan(Evaluation.loss("all", model, Names.read(names).dataset(3)));
    }

    @Test
    void refusesNamesOfAnotherAlphabet() throws IOException {
        var other = Files.writeString(folder.resolve("other.txt"), "vera\nophelia\nmarta\ncarol\nelias\nZoë\n");
        assertThat(evaluate("--data", "" + other))
                .isEqualTo(refused("--data: 'Zoë' has the character 'Z', which the model has not learned; it knows the"
                        + " 14 characters abcehilmoprstv"));
        Files.writeString(names, "emma\nolivia\nnora\nava\nmia\namelia\n");
        assertThat(evaluate())
                .isEqualTo(refused("--run: 'nora' has the character 'n', which the model has not learned; it knows the"
                        + " 14 characters abcehilmoprstv"));
    }

    @Test
    void evaluatesARunOfAnyAlphabet() throws IOException {
        Files.writeString(names, "Ελένη\nΓιώργος\nΜαρία\nΝίκος\nΣοφία\nΔημήτρης\nΑθηνά\nΧρύσα\n");
        var greek = folder.resolve("greek");
        var out = train("mlp-bn", "--hidden", "16", "--out", "" + greek);
        var result = CommandResult.of("evaluate", "--run", "" + greek);
        assertThat(result.err()).isEmpty();
        assertThat(out).contains(result.out().lines().limit(4).reduce("", (a, line) -> a + line + "\n"));
    }

    @Test
    void aBigramHasOneLossOnTheNamesThatItLearnedFrom() {
        var out = train("bigram", "--out", "" + folder.resolve("bigram"));
        var result = CommandResult.of("evaluate", "--run", "" + folder.resolve("bigram"));
        assertThat(result.err()).isEmpty();
        var lines = result.out().lines().toList();
        assertThat(lines).hasSize(3);
        var loss = lines.get(1).replaceFirst("all +", "");
        assertThat(lines.get(1)).startsWith("all ");
        assertThat(out).containsPattern("(?m)^all +" + loss + "$");
    }

    @Test
    void aRunOfAnEarlierVersionIsEvaluated() throws Exception {
        var oldOptions = Objects.requireNonNull(EvaluateCommandTest.class.getResource("old-run/options.json"));
        var old = Objects.requireNonNull(Path.of(oldOptions.toURI()).getParent());
        // As its metrics say.
        var result = CommandResult.of("evaluate", "--run", "" + old);
        assertThat(result.err()).isEmpty();
        var metrics = Files.readAllLines(old.resolve("metrics.jsonl"));
        for (var line : metrics.subList(metrics.size() - 3, metrics.size())) {
            var split = line.replaceFirst(".*\"split\":\"(\\w+)\".*", "$1");
            double loss = Double.parseDouble(line.replaceFirst(".*\"loss\":([^,}]*).*", "$1"));
            assertThat(result.out()).containsPattern("(?m)^%s +%.4f$".formatted(split, loss));
        }
    }

    @Test
    void evaluatesOtherWeightsInTheModelOfTheRun() throws Exception {
        var second = folder.resolve("second");
        var out = train("mlp-bn", "--hidden", "16", "--seed", "9", "--out", "" + second);
        var other = evaluate("--weights", "" + second);
        assertThat(other.out())
                .isEqualTo(CommandResult.of("evaluate", "--run", "" + second).out());
        assertThat(other.out())
                .isEqualTo(evaluate("--weights", "" + second.resolve("model.safetensors"))
                        .out());
        assertThat(out).endsWith("sha256 " + WeightsHash.of(second.resolve("model.safetensors")) + "\n");
        assertThat(other.out()).isNotEqualTo(evaluate().out());
    }

    @Test
    void needsNoWeightsOfTheRunWhereOthersAreGiven() throws IOException {
        var moved = Files.move(weights, folder.resolve("moved.safetensors"));
        assertThat(evaluate().err())
                .isEqualTo("handgrad: the training in " + run
                        + " has not reached its end; this is checkpoint-20.safetensors\n");
        assertThat(evaluate("--weights", "" + moved).code()).isZero();
    }

    @Test
    void refusesWhatIsNoRunFolder() throws IOException {
        assertThat(CommandResult.of("evaluate"))
                .isEqualTo(new CommandResult(
                        2,
                        "",
                        "handgrad evaluate: Missing required option: '--run=DIR'; see handgrad evaluate --help\n"));
        assertThat(CommandResult.of("evaluate", "--run=")).isEqualTo(refused("--run is empty; name a file or folder"));
        var none = folder.resolve("none");
        assertThat(CommandResult.of("evaluate", "--run", "" + none))
                .isEqualTo(refused("--run: there is no folder " + none));
        Files.createDirectory(none);
        assertThat(CommandResult.of("evaluate", "--run", "" + none))
                .isEqualTo(refused("--run: " + none + " is no run folder of train: it has no options.json"));
    }

    @Test
    void refusesNamesThatAreGoneOrNone() throws IOException {
        var none = folder.resolve("none.txt");
        assertThat(evaluate("--data", "" + none)).isEqualTo(refused("--data: " + none + ": there is no such file"));
        assertThat(evaluate("--data=")).isEqualTo(refused("--data is empty; name a file or folder"));
        Files.delete(names);
        assertThat(evaluate()).isEqualTo(refused("--run: " + names + ": there is no such file"));
        var options = run.resolve("options.json");
        Files.writeString(options, Files.readString(options).replace(names.toString(), "a\\u0000b"));
        assertThat(evaluate()).isEqualTo(refused("--run: the data of options.json is no path: a\\u0000b"));
    }

    @Test
    void refusesWeightsThatAreDamagedOrOfAnotherModel() throws IOException {
        byte[] bytes = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(bytes, bytes.length - 4));
        assertThat(evaluate().err()).matches("handgrad: \\Q" + weights + "\\E: is cut off, .*\n");
        assertThat(evaluate("--weights", "" + weights).err())
                .matches("handgrad: --weights: \\Q" + weights + "\\E: is cut off, .*\n");
        Files.write(weights, bytes);
        var mlp = folder.resolve("mlp");
        train("mlp", "--hidden", "8", "--out", "" + mlp);
        var file = mlp.resolve("model.safetensors");
        assertThat(evaluate("--weights", "" + mlp))
                .isEqualTo(refused("--weights: " + file + " does not fit mlp-bn with --hidden 16, --embedding 10 and"
                        + " --block-size 3: loadStateDict: missing 3.weight (16), 3.bias (16), 3.running_mean (16),"
                        + " 3.running_std (16), 5.weight (16, 15), 5.bias (15); unexpected 2.bias (8),"
                        + " 4.weight (8, 15), 4.bias (15); 2.weight has shape (30, 8), the model wants (30, 16)"));
        assertThat(evaluate("--weights", "" + folder))
                .isEqualTo(refused("--weights: " + folder
                        + " is a folder without model.safetensors; name a file of weights, such as a checkpoint"));
        assertThat(evaluate("--weights=")).isEqualTo(refused("--weights is empty; name a file or folder"));
    }

    @Test
    void saysWhereWeightsAreTooLarge() throws IOException {
        var tensors = Safetensors.read(weights).tensors();
        Objects.requireNonNull(tensors.get("5.weight")).fill(3e38);
        Safetensors.write(weights, tensors, Map.of());
        var result = evaluate();
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err())
                .matches("handgrad: the loss on train is (NaN|Infinity): these weights are too large for this model\n");
    }

    private CommandResult evaluate(String... more) {
        var all = new ArrayList<>(List.of("evaluate", "--run", run.toString()));
        all.addAll(List.of(more));
        return CommandResult.of(all.toArray(String[]::new));
    }

    private static CommandResult refused(String message) {
        return new CommandResult(2, "", "handgrad: " + message + "\n");
    }
}
