package handgrad.app.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.CommandResult;
import handgrad.app.train.RunFolder;
import handgrad.app.train.RunOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table and the page of runs that are written here. */
class SweepMergeCommandTest {
    private static final String RUNS = "model,lr,seed\nmlp,0.1|0.02,8..11\ngpt,,1\n";

    @TempDir
    private Path folder;

    @Test
    void sortsTheTableByTheOptionsAndTheirNumbers() throws IOException {
        begin("model,seed,lr\nmlp,9|10,0.02\nmlp,9,0.1\nmlp-bn,9,\n");
        var runs = SweepFile.read(sweep().file()).runs();
        finish(runs.get(0), 2.5, 2.25);
        sweep().fail(runs.get(1), "the loss is NaN, \"diverged\"");
        finish(runs.get(2), Double.NaN, 2.75);
        var result = merge();
        assertThat(result)
                .isEqualTo(new CommandResult(
                        1,
                        "table: " + sweep().results() + "\npage:  " + sweep().report() + "\n",
                        "handgrad: of 4 runs 1 failed and 1 are not done; the table says which\n"));
        assertThat(sweep().results()).hasContent("""
            model,seed,lr,run,status,steps,train,dev,test,weights,error
            mlp,9,0.02,%s,done,20,3.5,2.5,2.25,w,
            mlp,9,0.1,%s,done,20,3.5,,2.75,w,
            mlp,10,0.02,%s,failed,,,,,,"the loss is NaN, ""diverged""\"
            mlp-bn,9,,%s,not done,,,,,,
            """.formatted(
                        runs.get(0).name(),
                        runs.get(2).name(),
                        runs.get(1).name(),
                        runs.get(3).name()));
    }

    @Test
    void theOrderOfTheRunsAndTheirTimesChangeNoByte() throws IOException {
        begin(RUNS);
        var runs = SweepFile.read(sweep().file()).runs();
        finishAll(runs);
        assertThat(merge().code()).isZero();
        var first = Files.readString(sweep().results());
        folder = folder.resolve("again");
        begin(RUNS);
        var shuffled = new ArrayList<>(runs);
        Collections.shuffle(shuffled, new Random(5));
        finishAll(shuffled);
        assertThat(merge().code()).isZero();
        assertThat(sweep().results()).hasContent(first);
    }

    @Test
    void thePageHasIntervalsAndTestsOfTheGroupsOfSeeds() throws IOException {
        begin(RUNS);
        finishAll(SweepFile.read(sweep().file()).runs());
        merge();
        var groups = SweepGroup.of(SweepResults.read(sweep()));
        assertThat(groups).extracting(SweepGroup::label).containsExactly("gpt, no lr", "mlp, lr 0.1", "mlp, lr 0.02");
        assertThat(groups.get(1).losses()).hasSize(4).isSorted();
        var pairs = SweepGroup.pairs(groups);
        // One run of gpt has no spread.
        assertThat(pairs).hasSize(1);
        assertThat(pairs.getFirst().a().label()).isEqualTo("mlp, lr 0.1");
        assertThat(pairs.getFirst().holm())
                .isEqualTo(pairs.getFirst().welch().p())
                .isLessThan(0.05);
        assertThat(sweep().report())
                .content()
                .contains(
                        "9 of 9 runs are done, 0 failed",
                        "95 % interval",
                        "Welch",
                        "1 of them differ with a corrected p below 0.05");
    }

    @Test
    void refusesAFolderOfSomethingElse() {
        assertThat(merge())
                .isEqualTo(new CommandResult(
                        2,
                        "",
                        "handgrad: " + folder
                                + " is no folder of a sweep: it has no sweep.csv, which ./handgrad sweep writes\n"));
    }

    private SweepFolder sweep() {
        return new SweepFolder(folder);
    }

    private CommandResult merge() {
        return CommandResult.of("sweep", "merge", folder.toString());
    }

    private void begin(String text) {
        sweep().begin(text);
    }

    private void finishAll(List<SweepRun> runs) throws IOException {
        for (var run : runs) {
            int seed = Integer.parseInt(run.option("seed"));
            double loss = run.option("lr").equals("0.02") ? 2.5 : run.model().equals("gpt") ? 1.5 : 2.1;
            finish(run, loss + seed / 100.0, loss);
        }
    }

    private void finish(SweepRun run, double dev, double test) throws IOException {
        Files.createDirectories(sweep().run(run));
        new RunOutcome(20, 20, Math.random(), 3.5, dev, test, "w").write(new RunFolder(sweep().run(run)).outcome());
    }
}
