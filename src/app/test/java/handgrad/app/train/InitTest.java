package handgrad.app.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import handgrad.app.CommandResult;
import handgrad.data.Alphabet;
import handgrad.data.Names;
import handgrad.io.Safetensors;
import handgrad.io.WeightsHash;
import handgrad.models.LectureModel;
import handgrad.nn.CrossEntropyLoss;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code train --init}. */
class InitTest {
    /** The characters of the names. */
    private static final Alphabet ALPHABET = Alphabet.of("abcehilmoprstv");

    @TempDir
    private Path folder;

    private Path names;

    @BeforeEach
    void writeNames() throws IOException {
        names = Files.writeString(
                folder.resolve("names.txt"), "emma\nolivia\nava\nisabella\nsophia\ncharlotte\nmia\namelia\n");
    }

    /** Gradient descent on all rows has no other state than the weights. */
    @Test
    void twoHalvesOfATrainingOnAllRowsGiveTheBitsOfTheWhole() throws IOException {
        train("bigram", "whole", "--steps", "20");
        train("bigram", "first", "--steps", "10");
        train("bigram", "second", "--steps", "10", "--init", "" + weights("first"), "--seed", "3");
        assertThat(WeightsHash.of(weights("second")))
                .isEqualTo(WeightsHash.of(weights("whole")))
                .isNotEqualTo(WeightsHash.of(weights("first")));
    }

    @Test
    void theFirstLossIsThatOfTheseWeightsOnTheFirstBatchOfTheSeed() throws IOException {
        train("mlp", "first", "--steps", "30", "--hidden", "16");
        var data = Names.read(names).split(TrainOptions.SPLIT_SEED, 3).train();
        var options = new TrainOptions(
                LectureModel.MLP,
                1,
                32,
                0.1,
                7,
                16,
                10,
                3,
                "" + names,
                ALPHABET,
                folder.resolve("first"),
                EvaluationSchedule.NONE,
                Sharding.NONE);
        var random = TorchRandom.seeded(7);
        LectureModel.MLP.build(options.sizes(), random);
        var batch = data.batch(32, random);
        var first = new RunFolder(folder.resolve("first"));
        double loss = new CrossEntropyLoss()
                .forward(first.model(first.options(), _ -> {}).forward(batch.x()), batch.y());
        assertThat(Training.of(options, data).firstLoss()).isEqualTo(loss);
        assertThat(Training.of(
                                TrainOptions.lecture(LectureModel.MLP, "")
                                        .withSteps(1)
                                        .withAlphabet(ALPHABET),
                                data)
                        .firstLoss())
                .isGreaterThan(loss + 5);
    }

    @Test
    void theFirstLossOfABigramIsItsEvaluationAndThePenalty() throws IOException {
        train("bigram", "first", "--steps", "10");
        var out = train("bigram", "second", "--steps", "1", "--init", "" + folder.resolve("first"));
        var first = new RunFolder(folder.resolve("first"));
        var table =
                Safetensors.read(weights("first")).tensors().values().iterator().next();
        double penalty = 0.01 * table.mul(table).mean().item();
        double loss = Evaluation.loss(
                first.model(first.options(), _ -> {}), Names.read(names).dataset(1));
        var printed = out.replaceFirst("(?s).* step      loss      lr\n +0 +(\\d\\.\\d{4}) .*", "$1");
        assertThat(Double.parseDouble(printed)).isCloseTo(loss + penalty, within(6e-5));
    }

    @Test
    void isSaidAndKeptInTheRunAndReadBack() throws IOException {
        train("mlp", "first", "--hidden", "16");
        var out = train("mlp", "second", "--hidden", "16", "--init", "" + weights("first"), "--report");
        assertThat(out).contains("\ninit     " + weights("first") + "\nnames ");
        var options = new RunFolder(folder.resolve("second")).options();
        assertThat(options.init()).isEqualTo(weights("first"));
        assertThat(options.areTheLectures()).isFalse();
        assertThat(Files.readString(folder.resolve("second/report.html"))).contains("--init " + weights("first"));
        // What a run began with need not be there any more.
        Files.delete(weights("first"));
        assertThat(CommandResult.of("sample", "--run", "" + folder.resolve("second"))
                        .code())
                .isZero();
    }

    @Test
    void leadsTheFinderOfALearningRate() throws IOException {
        train("mlp", "first", "--steps", "50", "--hidden", "16");
        var arguments = List.of("train", "mlp", "--hidden", "16", "--data", "" + names, "--find-lr");
        var drawn = CommandResult.of(arguments.toArray(String[]::new));
        var begun = new ArrayList<>(arguments);
        begun.addAll(List.of("--init", "" + folder.resolve("first")));
        var result = CommandResult.of(begun.toArray(String[]::new));
        assertThat(result.err()).isEmpty();
        assertThat(first(result.out())).isLessThan(first(drawn.out()) - 1);
    }

    private static double first(String finder) {
        return Double.parseDouble(finder.replaceFirst("(?s).*0\\.0010 +-3\\.00 +(\\d+\\.\\d{4}).*", "$1"));
    }

    @Test
    void refusesWhatDoesNotFitNamesAllThatDiffersAndLeavesNoRun() throws IOException {
        train("mlp", "first", "--hidden", "16");
        var tensors = new LinkedHashMap<>(Safetensors.read(weights("first")).tensors());
        tensors.put("odd\033[31m", Objects.requireNonNull(tensors.remove("4.bias")));
        tensors.put("4.weight", Tensor.zeros(15, 15));
        var file = folder.resolve("odd.safetensors");
        Safetensors.write(file, tensors, Map.of("alphabet", ALPHABET.characters()));
        assertRefused(
                file + " does not fit mlp with --hidden 16, --embedding 10 and --block-size 3: loadStateDict: missing"
                        + " 4.bias (15); unexpected odd\\u001b[31m (15); 4.weight has shape (15, 15), the model wants"
                        + " (16, 15)",
                file);
        tensors = new LinkedHashMap<>(Safetensors.read(weights("first")).tensors());
        Objects.requireNonNull(tensors.get("4.bias")).floats()[3] = Float.NaN;
        Safetensors.write(file, tensors, Map.of("alphabet", ALPHABET.characters()));
        assertRefused(file + ": 4.bias has a weight that is NaN", file);
    }

    /** So a model of many names goes on with a few that lack some of its letters. */
    @Test
    void theAlphabetIsThatOfTheWeights() throws IOException {
        train("mlp", "first", "--hidden", "16");
        Files.writeString(names, "ava\nmia\namelia\nelia\nema\nmae\n");
        train("mlp", "second", "--hidden", "16", "--init", "" + folder.resolve("first"));
        assertThat(new RunFolder(folder.resolve("second")).options().alphabet()).isEqualTo(ALPHABET);
        assertThat(CommandResult.of("evaluate", "--run", "" + folder.resolve("second"))
                        .err())
                .isEmpty();
        Files.writeString(names, "ava\nmia\namelia\nelia\nema\nnina\n");
        assertRefused(
                "'nina' has the character 'n', which the model has not learned; it knows the 14 characters"
                        + " abcehilmoprstv",
                weights("first"));
    }

    /** Files of earlier versions, and of other programs, name none. */
    @Test
    void theAlphabetOfWeightsThatNameNoneIsAToZWhereTheNamesAre() throws IOException {
        train("mlp", "first", "--hidden", "16");
        var file = folder.resolve("other.safetensors");
        var tensors = new LinkedHashMap<>(Safetensors.read(weights("first")).tensors());
        Safetensors.write(file, tensors, Map.of());
        assertThat(SavedWeights.alphabet("--init", file, ALPHABET)).isEqualTo(Alphabet.A_TO_Z);
        assertThat(SavedWeights.alphabet("--init", file, Alphabet.of("aé"))).isEqualTo(Alphabet.of("aé"));
        tensors.put("0.weight", Tensor.zeros(27, 10));
        tensors.put("4.weight", Tensor.zeros(16, 27));
        tensors.put("4.bias", Tensor.zeros(27));
        Safetensors.write(file, tensors, Map.of());
        train("mlp", "second", "--hidden", "16", "--init", "" + file);
        assertThat(new RunFolder(folder.resolve("second")).options().alphabet()).isEqualTo(Alphabet.A_TO_Z);
        Safetensors.write(file, tensors, Map.of("alphabet", "a.b"));
        assertRefused(
                file + ": its alphabet is none: Alphabet: '.' stands for the end of a name and cannot be in one; leave"
                        + " it out",
                file);
    }

    @Test
    void refusesWhatIsNoFileOfWeights() throws IOException {
        var none = folder.resolve("none.safetensors");
        assertRefused(none + ": there is no such file", none);
        assertRefused(
                folder + " is a folder without model.safetensors; name a file of weights, such as a checkpoint",
                folder);
        assertThat(begun("mlp", "", "--hidden", "16").err())
                .isEqualTo("handgrad: --init is empty; name a file or folder\n");
        Files.writeString(none, "");
        assertRefused(none + ": has 0 bytes, too few for the length of a header, which takes 8", none);
        assertThat(begun("bigram-counted", "" + folder))
                .isEqualTo(new CommandResult(
                        2, "", "handgrad: bigram-counted is counted, not trained: it has no --init\n"));
    }

    private void assertRefused(String message, Path init) {
        assertThat(begun("mlp", "" + init, "--hidden", "16"))
                .isEqualTo(new CommandResult(2, "", "handgrad: --init: " + message + "\n"));
        assertThat(folder.resolve("out")).doesNotExist();
    }

    private CommandResult begun(String model, String init, String... more) {
        var all = new ArrayList<>(
                List.of("train", model, "--data", "" + names, "--out", "" + folder.resolve("out"), "--init", init));
        all.addAll(List.of(more));
        return CommandResult.of(all.toArray(String[]::new));
    }

    private String train(String model, String run, String... options) {
        var all = new ArrayList<>(List.of("train", model, "--data", "" + names, "--out", "" + folder.resolve(run)));
        all.addAll(List.of(options));
        if (!all.contains("--steps")) {
            all.addAll(List.of("--steps", "10"));
        }
        var result = CommandResult.of(all.toArray(String[]::new));
        assertThat(result.err()).isEmpty();
        return result.out();
    }

    private Path weights(String run) {
        return folder.resolve(run).resolve("model.safetensors");
    }
}
