package handgrad.app.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import handgrad.app.CommandResult;
import handgrad.data.Alphabet;
import handgrad.data.Names;
import handgrad.io.WeightsHash;
import handgrad.models.LectureModel;
import handgrad.tensor.Backend;
import handgrad.testing.LectureNames;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainCommandTest {
    private final int threads = Backend.threads();

    @TempDir
    private Path folder;

    @AfterEach
    void restoreThreads() {
        Backend.setThreads(threads);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        --steps -5            | --steps must be at least 1, it is -5
        --steps 0             | --steps must be at least 1, it is 0
        --batch-size 1        | --batch-size of mlp-bn must be from 2 to 20,000, it is 1
        --batch-size 20001    | --batch-size of mlp-bn must be from 2 to 20,000, it is 20001
        mlp --batch-size 0    | --batch-size must be from 1 to 20,000, it is 0
        --hidden 0            | --hidden must be from 1 to 20,000, it is 0
        --hidden 2147483647   | --hidden must be from 1 to 20,000, it is 2147483647
        --embedding 0         | --embedding must be from 1 to 1,000, it is 0
        --embedding 100000000 | --embedding must be from 1 to 1,000, it is 100000000
        --block-size 0        | --block-size must be from 1 to 100, it is 0
        --block-size 200      | --block-size must be from 1 to 100, it is 200
        wavenet --block-size 6 | --block-size of wavenet must be a power of 2, it is 6
        wavenet --block-size 1 | --block-size must be from 2 to 100, it is 1
        --lr 0                | --lr must be more than 0 and at most 3.4e38, it is 0.0
        --lr -1               | --lr must be more than 0 and at most 3.4e38, it is -1.0
        --lr NaN              | --lr must be more than 0 and at most 3.4e38, it is NaN
        --lr 1e300            | --lr must be more than 0 and at most 3.4e38, it is 1.0E300
        --lr Infinity         | --lr must be more than 0 and at most 3.4e38, it is Infinity
        bigram --hidden 8     | bigram is a table with a row for each symbol that learns from all rows at once: it \
        has no --batch-size, --hidden, --embedding or --block-size
        bigram --batch-size 8 | bigram is a table with a row for each symbol that learns from all rows at once: it \
        has no --batch-size, --hidden, --embedding or --block-size
        bigram --steps 0      | --steps must be at least 1, it is 0
        bigram-counted --steps 5 | bigram-counted is counted, not trained: it has no --steps and no --lr
        bigram-counted --lr 5 | bigram-counted is counted, not trained: it has no --steps and no --lr
        --temperature 0       | --temperature must be more than 0 and finite, it is 0.0
        --top-k 28            | --top-k must be from 1 to 27, it is 28
        --threads 0           | --threads must be from 1 to 1,024, it is 0
        --threads 100000      | --threads must be from 1 to 1,024, it is 100000
        --log-every 0         | --log-every must be at least 1, it is 0
        --out=                | --out is empty; name a file or folder
        --data=               | --data is empty; name a file or folder
        --metrics=            | --metrics is empty; name a file or folder
        transformer           | unknown model transformer; there are bigram-counted, bigram, mlp, mlp-softmax, \
        mlp-tanh, mlp-kaiming, mlp-bn, deep, deep-no-bn, backprop, wavenet-flat-3, wavenet-flat-8, \
        wavenet-small-bug, wavenet-small, wavenet, dilated, wavenet-gated, gpt, makemore-bigram, makemore-mlp, \
        makemore-rnn, makemore-gru, makemore-bow, makemore-transformer
        """)
    void refusesAValueOutOfBounds(String arguments, String message) {
        // The last --out or the only one: none of these may leave a run behind.
        var out = arguments.startsWith("--out") ? Stream.<String>of() : Stream.of("--out", run("out"));
        var all = Stream.concat(Stream.of(("train " + arguments).split(" ")), out);
        assertRefused(message, all.toArray(String[]::new));
        assertThat(folder.resolve("out/options.json")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        --steps 1e3                 | Invalid value for option '--steps': '1e3' is not an int
        --steps 99999999999         | Invalid value for option '--steps': '99999999999' is not an int
        --seed x                    | Invalid value for option '--seed': 'x' is not a long
        --seed 99999999999999999999 | Invalid value for option '--seed': '99999999999999999999' is not a long
        --lr inf                    | Invalid value for option '--lr': 'inf' is not a double
        --data                      | Missing required parameter for option '--data' (FILE)
        --bogus                     | unknown option --bogus
        mlp mlp-bn                  | unknown argument mlp-bn
        """)
    void refusesWhatItCannotParse(String arguments, String message) {
        assertThat(CommandResult.of(("train " + arguments).split(" ")))
                .isEqualTo(new CommandResult(2, "", "handgrad train: " + message + "; see handgrad train --help\n"));
    }

    @Test
    void refusesDataThatIsNoListOfNames() throws IOException {
        var none = folder.resolve("none");
        assertDataRefused(none, none + ": there is no such file");
        assertDataRefused(folder, folder + ": is a folder, not a file of names");
        var file = folder.resolve("names.txt");
        assertDataRefused(Files.writeString(file, ""), file + ": is empty, one name a line is expected");
        assertDataRefused(Files.write(file, new byte[] {-1, 0, 7}), file + ", line 1: is not UTF-8 text");
        assertDataRefused(
                Files.writeString(file, "anna\n\nJ. Joe\n"),
                file + ", line 3: 'J. Joe': '.' stands for the end of a name and cannot be in one; leave it out");
        assertDataRefused(
                Files.writeString(file, " \n\ufeff"),
                file + ", line 2: '\\ufeff': U+FEFF (ZERO WIDTH NO-BREAK SPACE) is no character of a name: that is a"
                        + " letter, a mark, a digit, punctuation, a symbol or a space");
        assertDataRefused(
                Files.writeString(file, "\ufeff \n\n"), file + ": has only empty lines, one name a line is expected");
        assertDataRefused(
                Files.writeString(file, "anna\n" + "a".repeat(101) + "\n"),
                file + ", line 2: a name of 101 characters, at most 100 are allowed");
        assertDataRefused(
                Files.writeString(file, "a\nb\nc\nd\ne\n"),
                file + ": has too few names, 5; train, dev and test need at least 6 in all");
    }

    private void assertDataRefused(Path data, String message) {
        assertRefused("--data: " + message, "train", "--data", data.toString(), "--out", run("out"));
    }

    @Test
    void refusesAFolderThatItCannotWrite() throws IOException {
        var file = Files.createFile(folder.resolve("file"));
        assertRefused("--out: cannot write to " + file + ": " + file + " is a file", train(file.toString()));
        var below = file.resolve("run").toString();
        assertRefused("--out: cannot write to " + below + ": " + file + " is a file", train(below));
    }

    @Test
    void refusesMetricsThatItCannotWriteAndLeavesNoRun() {
        var metrics = folder.resolve("none/metrics.jsonl");
        assertRefused(
                "--metrics: there is no folder " + metrics.getParent(), train(run("a"), "--metrics", "" + metrics));
        assertRefused(
                "--metrics: cannot write to " + folder + ": Is a directory", train(run("a"), "--metrics", "" + folder));
        assertThat(folder.resolve("a")).doesNotExist();
    }

    @Test
    void metricsOnAFullDiskLoseNoTraining() {
        assumeTrue(Files.isWritable(Path.of("/dev/full")), "this system has no /dev/full");
        var result = CommandResult.of(train(run("a"), "--quiet", "--metrics", "/dev/full"));
        assertThat(result.code()).isZero();
        assertThat(result.err())
                .isEqualTo("handgrad: warning: /dev/full cannot be written: No space left on device; the training goes"
                        + " on without it\n");
        assertThat(folder.resolve("a/model.safetensors")).exists();
    }

    @Test
    void diagnosticsThatCannotBeWrittenLoseNoTraining() throws IOException {
        var run = folder.resolve("a");
        Files.createDirectories(run.resolve("diagnostics.json/full"));
        var result = CommandResult.of(train(run.toString(), "--quiet"));
        assertThat(result.code()).isZero();
        assertThat(result.err())
                .startsWith("handgrad: warning: what was seen of the training cannot be written: ")
                .endsWith("\n")
                .hasLineCount(1);
        assertThat(CommandResult.of("sample", "--run", run.toString()).code()).isZero();
    }

    @Test
    void trainsIntoAnEmptyFolderAndRefusesOneWithAFinishedRun() throws IOException {
        var run = Files.createDirectory(folder.resolve("a"));
        assertThat(CommandResult.of(train(run.toString())).code()).isZero();
        try (var files = Files.list(run)) {
            assertThat(files)
                    .extracting(file -> file.getFileName().toString())
                    .containsExactlyInAnyOrder(
                            ".lock",
                            "options.json",
                            "environment.json",
                            "metrics.jsonl",
                            "checkpoint-20.safetensors",
                            "model.safetensors",
                            "diagnostics.json",
                            "outcome.json");
        }
        assertRefused(
                "--out: " + run + " holds a finished run of 20 steps; give more --steps to go on with it, or name"
                        + " another folder",
                train(run.toString()));
    }

    @Test
    void reportsATrainingThatDivergesAndSavesNoWeights() {
        var result = CommandResult.of(train(run("a"), "--lr", "3e38", "--quiet"));
        assertThat(result)
                .isEqualTo(new CommandResult(
                        1, "", "handgrad: training diverged: the loss of step 1 is NaN; try a smaller --lr\n"));
        assertThat(folder.resolve("a/model.safetensors")).doesNotExist();
        result = CommandResult.of(train(run("b"), "--lr", "1e9", "--quiet"));
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err())
                .matches("handgrad: training diverged: the loss of step \\d+ is .*; try a smaller --lr\n");
    }

    @Test
    void reportsADivergenceOfTheLastStep() {
        var result = CommandResult.of(train(run("a"), "deep", "--lr", "3e38", "--quiet", "--steps", "1"));
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err())
                .matches("handgrad: training diverged: the loss on train is (NaN|Infinity); try a smaller --lr\n");
        assertThat(folder.resolve("a/model.safetensors")).doesNotExist();
    }

    @Test
    void theLogOfATrainingThatDivergesNamesTheFirstTensorThatIsNotFinite() {
        var result = CommandResult.of(train(run("a"), "--lr", "3e38"));
        assertThat(result.code()).isEqualTo(1);
        assertThat(result.out().replaceAll("\\s+", " "))
                .contains("step 1: The first tensor that is not finite is ", ", in step 1: it has an element that is");
    }

    @Test
    void printsTheDiagnosticsWhenAskedAndStoresThemAnyway() throws IOException {
        var result = CommandResult.of(train(run("a"), "--steps", "20", "--diagnostics"));
        assertThat(result.err()).isEmpty();
        assertThat(result.out())
                .containsPattern("(?m)^layer +mean +std +saturated +grad mean +grad std$")
                .containsPattern("(?m)^4 Tanh +[+-]0\\.\\d\\d +0\\.\\d\\d +\\d+\\.\\d\\d % +[+-]\\S+ +\\S+$")
                .containsPattern("(?m)^2\\.weight +\\(30, \\d+\\) +\\S+ +\\S+ +-\\d\\.\\d\\d$")
                .containsPattern("(?m)^BatchNorm +mean, largest difference +std, largest difference$")
                .containsPattern("(?m)^loss +running +calibrated$")
                .containsPattern("(?m)^dev +\\d\\.\\d{6} +\\d\\.\\d{6}$");
        assertThat(result.out().lines())
                .filteredOn(line -> !line.startsWith("weights "))
                .allSatisfy(line -> assertThat(line).hasSizeLessThan(80));
        assertThat(CommandResult.of(train(run("b"), "--steps", "20")).out()).doesNotContain("saturated");
        assertThat(Files.readString(folder.resolve("b/diagnostics.json")))
                .startsWith("{\"lossCurve\":{\"binSize\":1,\"log10\":[0.")
                .contains("\"updateRatios\":{\"names\":[\"0.weight\",\"2.weight\",\"5.weight\"],\"steps\":[0,1,")
                .contains("\"activations\":[{\"name\":\"4\",\"kind\":\"Tanh\",\"shape\":[32,")
                .contains("\"dlogits\":{\"rows\":32,\"columns\":17,\"values\":[")
                .endsWith("\"advice\":[]}")
                .isEqualTo(Files.readString(folder.resolve("a/diagnostics.json")));
    }

    @Test
    void findsALearningRateAndLeavesNoFolder() {
        var result = CommandResult.of("train", "mlp-bn", "--find-lr", "--data", "" + names());
        assertThat(result.err()).isEmpty();
        assertThat(result.out())
                .containsPattern("(?m)^ +rate  exponent +loss$")
                .containsPattern("(?m)^  0\\.0010 +-3\\.00 +2\\.\\d{4}$")
                .containsPattern(
                        "(?m)^suggested: --lr 0\\.\\d+, the least rate whose loss has fallen 95 % of the way$");
        assertThat(folder.resolve("runs")).doesNotExist();
        assertRefused(
                "--find-lr has its own steps and rates and writes nothing: leave out --lr",
                "train",
                "--find-lr",
                "--lr",
                "0.1");
        assertRefused(
                "--find-lr has its own steps and rates and writes nothing: leave out --out",
                "train",
                "--find-lr",
                "--out",
                run("a"));
    }

    @Test
    void writesTheMetricsOfEveryNthStepAndOfTheSplits() throws IOException {
        var copy = folder.resolve("copy.jsonl");
        var result = CommandResult.of(train(run("a"), "--steps", "20", "--log-every", "8", "--metrics", "" + copy));
        var lines = Files.readAllLines(copy);
        assertThat(lines).isEqualTo(Files.readAllLines(folder.resolve("a/metrics.jsonl")));
        assertThat(lines).hasSize(7);
        var number = "(\\d+\\.\\d{10,})";
        var steps = List.of(0, 8, 16, 19);
        for (int i = 0; i < steps.size(); i++) {
            assertThat(lines.get(i))
                    .matches("\\{\"step\":%d,\"loss\":%s,\"lr\":0\\.1,\"seconds\":\\S+}"
                            .formatted(steps.get(i), number));
        }
        var splits = List.of("train", "dev", "test");
        for (int i = 0; i < splits.size(); i++) {
            var line = lines.get(4 + i);
            assertThat(line).matches("\\{\"split\":\"%s\",\"loss\":%s}".formatted(splits.get(i), number));
            double loss = loss(line);
            assertThat(result.out()).containsPattern("%-5s +%.4f".formatted(splits.get(i), loss));
        }
    }

    @Test
    void bringsTheOptionsBackExactly() {
        var data = names().toString();
        var run = run("a");
        CommandResult.of(
                "train",
                "mlp",
                "--steps",
                "3",
                "--batch-size",
                "5",
                "--lr",
                "0.30000000000000004",
                "--seed",
                "9223372036854775807",
                "--hidden",
                "7",
                "--embedding",
                "2",
                "--block-size",
                "4",
                "--data",
                data,
                "--out",
                run);
        assertThat(new RunFolder(Path.of(run)).options())
                .isEqualTo(new TrainOptions(
                        LectureModel.MLP,
                        3,
                        5,
                        0.30000000000000004,
                        Long.MAX_VALUE,
                        7,
                        2,
                        4,
                        data,
                        Alphabet.of("acehiomlnprstvyb"),
                        null,
                        EvaluationSchedule.NONE,
                        Sharding.NONE));
    }

    @Test
    void theSameSeedGivesTheSameBitsAtAnyNumberOfThreads() throws IOException {
        List<String> runs = List.of("1", "2", "2");
        for (int i = 0; i < runs.size(); i++) {
            var result = CommandResult.of(
                    "train",
                    "--quiet",
                    "--data",
                    names().toString(),
                    "--steps",
                    "30",
                    "--batch-size",
                    "512",
                    "--hidden",
                    "512",
                    "--threads",
                    runs.get(i),
                    "--out",
                    run("run" + i));
            assertThat(result.code()).isZero();
        }
        var first = folder.resolve("run0");
        for (var run : List.of("run1", "run2")) {
            assertThat(folder.resolve(run).resolve("model.safetensors"))
                    .hasSameBinaryContentAs(first.resolve("model.safetensors"));
            assertThat(withoutSeconds(folder.resolve(run))).isEqualTo(withoutSeconds(first));
        }
    }

    private static String withoutSeconds(Path run) throws IOException {
        return Files.readString(run.resolve("metrics.jsonl")).replaceAll(",\"seconds\":[^}]+", "");
    }

    @Test
    void printsTheHashOfTheWeightsLastAsDoctorDoesOfTheFile() throws IOException {
        var last = CommandResult.of(train(run("a"), "--report"))
                .out()
                .lines()
                .toList()
                .getLast();
        var file = folder.resolve("a/model.safetensors");
        assertThat(last).matches("weights  sha256 [0-9a-f]{64}").endsWith(WeightsHash.of(file));
        var doctor = CommandResult.of("doctor", file.toString());
        assertThat(doctor.code()).isZero();
        assertThat(doctor.err()).isEmpty();
        assertThat(doctor.out()).endsWith("\n" + last + "\n");
        CommandResult.of(train(run("b"), "--quiet", "--threads", "1"));
        assertThat(WeightsHash.of(folder.resolve("b/model.safetensors"))).isEqualTo(WeightsHash.of(file));
        CommandResult.of(train(run("c"), "--quiet", "--seed", "9"));
        assertThat(WeightsHash.of(folder.resolve("c/model.safetensors"))).isNotEqualTo(WeightsHash.of(file));
    }

    @Test
    void printsAtMost79ColumnsAndNoneButLossesWhenQuiet() {
        var lines = CommandResult.of(train(run("a"))).out().lines().toList();
        assertThat(lines)
                .filteredOn(line -> line.contains(" "))
                .allMatch(line -> line.length() <= 79 || line.startsWith("run folder") || line.startsWith("weights "));
        assertThat(CommandResult.of(train(run("b"), "--quiet")).out()).matches("""
            \\s+loss
            train +\\d+\\.\\d{4}
            dev   +\\d+\\.\\d{4}
            test  +\\d+\\.\\d{4}
            No lecture has these names, so there is no loss of its to compare with\\.
            """);
    }

    @Test
    void comparesTheBundledNamesWithTheLecturesLosses() {
        var result = CommandResult.of("train", "bigram", "--steps", "2", "--quiet", "--out", run("a"));
        assertThat(result.out()).matches("""
            \\s+loss   lecture
            step 1 +\\d\\.\\d{4}    2\\.4818
            all +\\d\\.\\d{4}
            (?s).*
            The lecture's losses are of its own options: .*
            """);
    }

    @Test
    void judgesABigramByOneThatLearnedFromTrainAlone() throws IOException {
        var options = new String[] {"--steps", "20", "--data", "" + names(), "--quiet", "--out", run("a")};
        var arguments =
                Stream.concat(Stream.of("train", "bigram"), Stream.of(options)).toArray(String[]::new);
        var result = CommandResult.of(arguments);
        assertThat(result.out()).matches("""
            \\s+loss
            step 19    \\d\\.\\d{4}
            all        \\d\\.\\d{4}
            train      \\d\\.\\d{4}
            dev        \\d\\.\\d{4}
            test       \\d\\.\\d{4}
            all: trained on all names, .*
            once more, on train alone, .*
            No lecture has these names, .*
            """);
        var lines = Files.readAllLines(folder.resolve("a/metrics.jsonl"));
        var split = Names.read(names()).split(42, 1);
        var alone = Training.of(new RunFolder(folder.resolve("a")).options(), split.train());
        assertThat(loss(lines.getLast()))
                .isEqualTo(Evaluation.of(alone.network(), split).test());
        assertThat(lines.get(lines.size() - 4)).startsWith("{\"split\":\"all\"");
    }

    @ParameterizedTest
    @CsvSource({
        "bigram, 3.7686",
        "mlp, 27.8817",
        "mlp-softmax, 3.3221",
        "mlp-bn, 3.3239",
        "wavenet-flat-3, 3.2966",
        "wavenet, 3.3167"
    })
    void startsAtTheLossOfTheLecture(String model, String loss) throws IOException {
        var data = LectureNames.file().toString();
        var result = CommandResult.of("train", model, "--data", data, "--steps", "1", "--out", run(model));
        assertThat(result.out()).contains("rows     train 182,625, dev 22,655, test 22,866\n");
        var first = Files.readAllLines(folder.resolve(model).resolve("metrics.jsonl"))
                .getFirst();
        assertThat("%.4f".formatted(loss(first))).isEqualTo(loss);
    }

    private static double loss(String line) {
        return Double.parseDouble(line.replaceFirst(".*\"loss\":([^,}]*).*", "$1"));
    }

    private static void assertRefused(String message, String... arguments) {
        assertThat(CommandResult.of(arguments)).isEqualTo(new CommandResult(2, "", "handgrad: " + message + "\n"));
    }

    /** The arguments of a short training on a few names; later options are added. */
    private String[] train(String run, String... options) {
        var all = Stream.of("train", "--hidden", "16", "--data", names().toString(), "--out", run);
        var steps = List.of(options).contains("--steps") ? Stream.<String>of() : Stream.of("--steps", "20");
        return Stream.of(all, steps, Stream.of(options)).flatMap(part -> part).toArray(String[]::new);
    }

    private Path names() {
        try {
            return Files.writeString(
                    folder.resolve("few.txt"),
                    "emma\nolivia\nava\nisabella\nsophia\ncharlotte\nmia\namelia\nharper\nevelyn\n");
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }

    private String run(String name) {
        return folder.resolve(name).toString();
    }
}
