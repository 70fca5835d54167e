package handgrad.app.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SweepFileTest {
    @TempDir
    private Path folder;

    @Test
    void hasARunForEachChoiceOnce() throws IOException {
        var sweep = SweepFile.read(file("model,lr,seed\nmlp,0.1|0.01,0..1\n\"mlp\",0.1,1\ngpt,,5\n"));
        assertThat(sweep.columns()).containsExactly("model", "lr", "seed");
        assertThat(sweep.runs())
                .extracting(SweepRun::text)
                .containsExactly(
                        "mlp, lr 0.1, seed 0",
                        "mlp, lr 0.1, seed 1",
                        "mlp, lr 0.01, seed 0",
                        "mlp, lr 0.01, seed 1",
                        "gpt, seed 5");
        assertThat(sweep.runs()).extracting(SweepRun::line).containsExactly(2L, 2L, 2L, 2L, 4L);
    }

    @Test
    void aRunIsNamedByItsOptionsInAnyOrderOfTheColumns() throws IOException {
        var one = SweepFile.read(file("model,lr,seed,hidden\nmlp,0.1,1,\n"))
                .runs()
                .getFirst();
        var two = SweepFile.read(file("seed,model,lr\n1,mlp,0.1\n")).runs().getFirst();
        var other = SweepFile.read(file("seed,model,lr\n2,mlp,0.1\n")).runs().getFirst();
        // The start of: printf 'lr=0.1\nmodel=mlp\nseed=1\n' | sha256sum
        assertThat(one.name()).isEqualTo(two.name()).isEqualTo("d0a385bd0f0bdc9c");
        assertThat(other.name()).isNotEqualTo(one.name());
        assertThat(one.options()).isEqualTo(Map.of("model", "mlp", "lr", "0.1", "seed", "1"));
    }

    @Test
    void givesTheArgumentsOfTrain() throws IOException {
        var run = SweepFile.read(file("seed,model,data\n-1,mlp,../a b.txt\n"))
                .runs()
                .getFirst();
        assertThat(new TrainArguments().of(run)).isEqualTo(List.of("train", "mlp", "--seed=-1", "--data=../a b.txt"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "'model,hidden\n"
                        + "mlp,4\n"
                        + "mlp,4|x' # line 3, column 2 (hidden): x is no value of --hidden: Invalid value for option"
                        + " '--hidden': 'x' is not an int",
                "'model,seed\n"
                        + "mlp,5..1' # line 2, column 2 (seed): has the range 5..1, which goes down and so has no"
                        + " values",
                "'model,seed\nmlp,1|' # line 2, column 2 (seed): has an empty value beside |",
                "'model,seed,seed\nmlp,1,1' # line 1, column 3 (seed): is there twice; take one out",
                "'seed\n1' # line 1: has no column model, which names what to train",
                "'model,seed\n,1' # line 2, column 1 (model): is empty; name a model",
                "'model,seed\nmlp,1,2' # line 2: has 3 cells, the line of names has 2",
                "'model,heads\nmlp,2' # line 2, column 2 (heads): is for other models: train mlp has no --heads; leave"
                        + " the cell empty in its rows",
                "'model,seed\nmlp,1..9999999' # line 2, column 2 (seed): has the range 1..9999999 of more than 100000"
                        + " values",
                "'model,seed,hidden\nmlp,1..90000,1..2' # line 2: makes it more than 100,000 runs; take several sweeps",
                "'model,seed' # has column names and no runs; add a row, such as mlp-bn,0.1|0.01,0..9",
                "'' # is empty; it wants a line of column names, such as model,lr,seed, then a row of runs"
            })
    void refusesInOneLine(String text, String message) throws IOException {
        var path = file(text);
        assertThat(sweep(path)).isEqualTo(new CommandResult(2, "", "handgrad: " + path + ": " + message + "\n"));
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void namesTheModelsAndTheOptionsThatThereAre() throws IOException {
        var path = file("model\nmlp|perceptron\n");
        assertThat(sweep(path).err())
                .startsWith("handgrad: " + path + ": line 2, column 1 (model): unknown model perceptron; there are "
                        + "bigram-counted, bigram, mlp, ")
                .endsWith(", makemore-transformer\n");
        path = file("model,layrs\nmlp,1\n");
        assertThat(sweep(path).err())
                .startsWith("handgrad: " + path + ": line 1, column 2 (layrs): there is no such option of train; there"
                        + " are model, ")
                .contains(" batch-size, ")
                .doesNotContain(" out,")
                .hasLineCount(1);
    }

    private CommandResult sweep(Path file) {
        return CommandResult.of(
                "sweep", file.toString(), "--out", folder.resolve("out").toString());
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("runs.csv"), text);
    }
}
