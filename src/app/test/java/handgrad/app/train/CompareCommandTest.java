package handgrad.app.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import handgrad.app.CommandResult;
import handgrad.page.Block;
import handgrad.page.Page;
import handgrad.testing.Chromium;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompareCommandTest {
    @TempDir
    private Path folder;

    /** A finished run with evaluations. */
    private Path finished() throws IOException {
        var run = Files.createDirectory(folder.resolve("finished"));
        Files.writeString(run.resolve("options.json"), """
            {"model":"mlp-bn","steps":2000,"batchSize":32,"lr":0.1,"seed":-7,"data":"/home/somebody/names.txt",
            "alphabet":"abc","evalEvery":1000,"patience":0,"names":"0123456789abcdef"}
            """);
        Files.writeString(run.resolve("metrics.jsonl"), """
            {"step":0,"loss":3.5,"lr":0.1,"seconds":0.001}
            {"step":1000,"split":"dev","loss":2.125,"seconds":1.0}
            {"step":1000,"loss":2.5,"lr":0.1,"seconds":1.001}
            {"step":1999,"loss":2.25,"lr":0.01,"seconds":2.0}
            {"step":2000,"split":"dev","loss":2.25,"seconds":2.0}
            {"split":"train","loss":2.0}
            {"split":"dev","loss":2.25}
            {"split":"test","loss":2.5}
            """);
        Files.writeString(run.resolve("outcome.json"), """
            {"steps":2000,"done":2000,"seconds":2.5,"train":2.0,"dev":2.25,"test":2.5,"weights":"ab"}
            """);
        return run;
    }

    /** A run that was killed while it wrote a line. */
    private Path killed() throws IOException {
        var run = Files.createDirectory(folder.resolve("killed"));
        Files.writeString(run.resolve("options.json"), """
            {"model":"wavenet","steps":100000,"batchSize":32,"lr":0.123456,"seed":-7,"data":"names.txt",
            "alphabet":"ab","names":"0123456789abcdef"}
            """);
        Files.writeString(run.resolve("metrics.jsonl"), """
            {"step":0,"loss":3.25,"lr":0.1,"seconds":0.002}
            {"step":10000,"loss":2.75,"lr":0.1,"seconds":20.002}
            {"step":200\
            """);
        Files.createFile(run.resolve("checkpoint-15000.safetensors"));
        return run;
    }

    /** A run of the first version of audio, which wrote no options and no times. */
    private Path old() throws IOException {
        var run = Files.createDirectory(folder.resolve("old"));
        Files.writeString(run.resolve("metrics.jsonl"), """
            {"step":0,"loss":5.5,"lr":0.003}
            {"step":1999,"loss":2.5,"lr":0.0003}
            {"split":"train","loss":2.375}
            {"split":"dev","loss":2.4375}
            """);
        return run;
    }

    private CommandResult compare(Path... runs) {
        var arguments = Stream.concat(
                Stream.of("compare", "--out", folder.resolve("page.html").toString()),
                Arrays.stream(runs).map(Path::toString));
        return CommandResult.of(arguments.toArray(String[]::new));
    }

    @Test
    void printsWhatDiffers() throws IOException {
        var result = compare(finished(), killed(), old());
        assertThat(result.err()).isEmpty();
        assertThat(result.code()).isZero();
        assertThat(result.out()).isEqualTo("""
            A  FOLDER/finished
            B  FOLDER/killed
            C  FOLDER/old

                                       A          B       C
            model                 mlp-bn    wavenet       –
            --lr                     0.1     0.1235       –
            --data        …ody/names.txt  names.txt       –
            --eval-every            1000          –       –
            --patience                 0          –       –
            symbols                    4          3       –
            steps                  2,000     15,000   2,000
            steps asked            2,000    100,000       –
            finished                 yes         no     yes
            first loss            3.5000     3.2500  5.5000
            last loss             2.2500     2.7500  2.5000
            best dev              2.1250          –  2.4375
            after steps            1,000          –   2,000
            train                 2.0000          –  2.3750
            dev                   2.2500          –  2.4375
            test                  2.5000          –       –
            seconds                  2.5       20.0       –
            ms a step               1.25       2.00       –

            page: FOLDER/page.html
            """.replace("FOLDER", folder.toString()));
        assertThat(folder.resolve("page.html")).content().contains("<title>");
    }

    @Test
    void aTableThatWouldBeTooWideIsCut() throws IOException {
        var runs = new Path[12];
        for (int i = 0; i < runs.length; i++) {
            runs[i] = folder.resolve("run" + i);
            Files.createDirectory(runs[i]);
            Files.writeString(runs[i].resolve("options.json"), "{\"model\":\"a-model-of-mine-" + i + "\"}");
        }
        var result = compare(runs);
        assertThat(result.code()).isZero();
        assertThat(result.out().lines().filter(line -> !line.contains("/")))
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(79))
                .filteredOn(line -> line.startsWith("model"))
                .hasSize(3)
                .first()
                .asString()
                .contains("…del-of-mine-0", "…del-of-mine-3");
    }

    private static List<Block.Chart> charts(Path... paths) {
        return page(paths).sections().stream()
                .flatMap(section -> section.blocks().stream())
                .filter(Block.Chart.class::isInstance)
                .map(Block.Chart.class::cast)
                .toList();
    }

    private static Page page(Path... paths) {
        var runs = IntStream.range(0, paths.length)
                .mapToObj(i -> ComparedRun.read((char) ('A' + i), paths[i]))
                .toList();
        return ComparePage.of(runs, new RunTable(runs));
    }

    private static String points(Block.Series series) {
        return series.label() + " " + series.style() + " " + Arrays.toString(series.x()) + " "
                + Arrays.toString(series.y());
    }

    private static List<String> series(Block.Chart chart) {
        return chart.frames().getFirst().series().stream()
                .map(CompareCommandTest::points)
                .toList();
    }

    @Test
    void everyRunHasItsCurveInEveryChart() throws IOException {
        var charts = charts(finished(), killed(), old());
        assertThat(charts)
                .extracting(Block.Chart::title)
                .containsExactly(
                        "Loss of the batches over steps",
                        "Loss of the batches over seconds",
                        "Loss on dev over steps",
                        "Loss on dev over seconds");
        assertThat(series(charts.get(0)))
                .containsExactly(
                        "A finished LINE [0.0, 1000.0, 1999.0] [3.5, 2.5, 2.25]",
                        "B killed LINE [0.0, 10000.0] [3.25, 2.75]",
                        "C old LINE [0.0, 1999.0] [5.5, 2.5]");
        assertThat(series(charts.get(1)))
                .containsExactly(
                        "A finished LINE [0.001, 1.001, 2.0] [3.5, 2.5, 2.25]",
                        "B killed LINE [0.002, 20.002] [3.25, 2.75]",
                        "C old (not known) LINE [] []");
        assertThat(series(charts.get(2)))
                .as("the last of dev is known already")
                .containsExactly(
                        "A finished LINE [1000.0, 2000.0] [2.125, 2.25]",
                        "B killed (not known) LINE [] []",
                        "C old POINTS [2000.0] [2.4375]");
        assertThat(series(charts.get(3)))
                .containsExactly(
                        "A finished LINE [1.0, 2.0] [2.125, 2.25]",
                        "B killed (not known) LINE [] []",
                        "C old (not known) LINE [] []");
    }

    @Test
    void withoutALossOnDevThereIsNoChartOfIt() throws IOException {
        var empty = Files.createDirectory(folder.resolve("empty"));
        Files.writeString(empty.resolve("metrics.jsonl"), "");
        assertThat(page(killed(), empty).sections())
                .extracting(Page.Section::title)
                .containsExactly("Runs", "Loss of the batches");
    }

    @Test
    void theLossOfBatchesIsSmoothedAndDrawnByItsLogarithmWhereItFallsFar() throws IOException {
        var run = Files.createDirectory(folder.resolve("long"));
        var lines = new StringBuilder();
        for (int step = 0; step < 1_000; step++) {
            lines.append(new MetricsLine.Step(step, step % 2 == 0 ? 10 : 1_000, 0.1, step).json())
                    .append('\n');
        }
        Files.writeString(run.resolve("metrics.jsonl"), lines);
        var chart = charts(run, old()).getFirst();
        assertThat(chart.y().label()).isEqualTo("log10 of the loss");
        var curve = chart.frames().getFirst().series().getFirst();
        assertThat(curve.x()).hasSize(100).startsWith(0, 10, 20);
        assertThat(Arrays.stream(curve.y()).boxed())
                .allSatisfy(loss -> assertThat(loss).isCloseTo(2, within(1e-12)));
    }

    @Test
    void aRunThatPatienceEndedHasTheDevLossOfItsBestWeightsWhereTheyWere() throws IOException {
        var run = finished();
        var options = run.resolve("options.json");
        Files.writeString(options, Files.readString(options).replace("\"patience\":0", "\"patience\":2"));
        var metrics = run.resolve("metrics.jsonl");
        var text = Files.readString(metrics)
                .replace("{\"step\":2000,\"split\"", "{\"step\":1500,\"split\"")
                .replace("{\"split\":\"dev\",\"loss\":2.25}", "{\"split\":\"dev\",\"loss\":2.125}");
        Files.writeString(metrics, text);
        assertThat(series(charts(run, old()).get(2)).getFirst())
                .isEqualTo("A finished LINE [1000.0, 1500.0] [2.125, 2.25]");
    }

    @Test
    void aRunThatWasGivenMoreStepsOrHasACheckpointIsNotFinished() throws IOException {
        var run = finished();
        assertThat(ComparedRun.read('A', run).isFinished()).isTrue();
        var options = run.resolve("options.json");
        Files.writeString(options, Files.readString(options).replace("\"steps\":2000", "\"steps\":3000"));
        assertThat(ComparedRun.read('A', run).isFinished()).isFalse();
        var other = old();
        assertThat(ComparedRun.read('A', other).isFinished()).isTrue();
        Files.createFile(other.resolve("checkpoint-2000.safetensors"));
        assertThat(ComparedRun.read('A', other).isFinished()).isFalse();
    }

    @Test
    void comparesWhatTrainLeaves() throws IOException {
        var names = folder.resolve("names.txt");
        Files.writeString(names, "emma\nolivia\nava\nisabella\nsophia\ncharlotte\nmia\namelia\nharper\nevelyn\n");
        for (var rate : List.of("0.1", "0.05")) {
            var trained = CommandResult.of(
                    "train",
                    "mlp",
                    "--quiet",
                    "--steps",
                    "30",
                    "--log-every",
                    "10",
                    "--lr",
                    rate,
                    "--data",
                    names.toString(),
                    "--out",
                    folder.resolve("lr-" + rate).toString());
            assertThat(trained.err()).isEmpty();
        }
        var result = compare(folder.resolve("lr-0.1"), folder.resolve("lr-0.05"));
        assertThat(result.err()).isEmpty();
        assertThat(result.out())
                .containsPattern("\nmodel +mlp +mlp\n")
                .containsPattern("\n--lr +0.1 +0.05\n")
                .containsPattern("\nsteps +30 +30\n")
                .containsPattern("\nfinished +yes +yes\n")
                .doesNotContain("--hidden", "--seed", "--data", "--out");
    }

    @Test
    void whatCannotBeComparedIsRefusedInOneLine() throws IOException {
        var run = finished();
        var other = old();
        assertRefused("compare takes at least 2 runs; name the folder of another", run);
        assertRefused("there is no folder " + folder.resolve("none"), run, folder.resolve("none"));
        assertRefused("there is no folder " + run.resolve("metrics.jsonl"), run, run.resolve("metrics.jsonl"));
        assertRefused(folder + " is no run folder: it has no metrics.jsonl and no options.json", run, folder);
        assertRefused(run + " is named twice; leave it out once", run, other, run);
        var again = run.resolve("../finished");
        assertRefused(run + " and " + again + " are one folder; leave out one", run, again);
        assertRefused("the name of a run is empty; name its folder", run, Path.of(""));
        var many = new Path[13];
        Arrays.fill(many, run);
        assertRefused("compare takes at most 12 runs, these are 13; leave out some", many);
        Files.writeString(other.resolve("metrics.jsonl"), "{\"split\":\"dev\",\"loss\":2}\nnothing\n");
        assertRefused(other.resolve("metrics.jsonl") + ", line 2: is not JSON", run, other);
        Files.delete(other.resolve("metrics.jsonl"));
        Files.createDirectory(other.resolve("metrics.jsonl"));
        assertRefused(other.resolve("metrics.jsonl") + ": is a folder, not the metrics of a run", run, other);
        Files.writeString(run.resolve("outcome.json"), "{\"steps\":2000}");
        assertRefused(run.resolve("outcome.json") + ": done is missing", run, other);
        Files.writeString(run.resolve("options.json"), "[]");
        assertRefused(run.resolve("options.json") + ": is not a JSON object", run, other);
    }

    private void assertRefused(String message, Path... runs) {
        assertThat(compare(runs)).isEqualTo(new CommandResult(2, "", "handgrad: " + message + "\n"));
    }

    @Test
    void aPageThatCannotBeWrittenIsRefusedBeforeTheRunsAreRead() {
        assertThat(CommandResult.of("compare", "--out", folder.toString(), "a", "b"))
                .isEqualTo(new CommandResult(2, "", "handgrad: --out: " + folder + " is a folder; name a file\n"));
        assertThat(CommandResult.of("compare", "--out", folder + "/none/page.html", "a", "b"))
                .isEqualTo(new CommandResult(2, "", "handgrad: --out: there is no folder " + folder + "/none\n"));
        assertThat(CommandResult.of("compare", "--out=", "a", "b"))
                .isEqualTo(new CommandResult(2, "", "handgrad: --out is empty; name a file or folder\n"));
    }

    @Test
    void aBrowserDrawsThePageWithoutAComplaint() throws IOException {
        compare(finished(), killed(), old());
        try (var chromium = Chromium.start(folder)) {
            for (int width : List.of(390, 1200)) {
                chromium.emulate(width, width == 390);
                chromium.open(folder.resolve("page.html").toUri());
                assertThat(chromium.console()).isEmpty();
                assertThat(chromium.run("return document.documentElement.scrollWidth <= " + width))
                        .isEqualTo(true);
            }
            assertThat(chromium.run("return handgrad.plots.get('Loss on dev over steps').series.map(s => s.label)"))
                    .isEqualTo(List.of("step", "A finished", "B killed (not known)", "C old"));
            assertThat(chromium.run("return new Set(handgrad.plots.get('Loss on dev over steps').series.slice(1)"
                            + ".map(s => s.stroke())).size"))
                    .isEqualTo(3L);
        }
    }
}
