package handgrad.app.study.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import handgrad.app.CommandResult;
import handgrad.app.Main;
import handgrad.app.mpi.RankJob;
import handgrad.app.study.scale.StepModel.Part;
import handgrad.nn.Gpt;
import handgrad.nn.GptOptions;
import handgrad.page.PageHtml;
import handgrad.random.TorchRandom;
import handgrad.testing.RankLauncher;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScaleTest {
    /** A billion operations and a million parameters a second. */
    private static final StepModel MODEL = new StepModel(1e9, 1e-6, new Link("a link", 1e-3, 1e6));

    @Test
    void parameters_are_those_of_the_network() {
        var small = GptOptions.GPT2.withVocabulary(30).withBlockSize(16).withSizes(2, 2, 8);
        assertThat(StepModel.parameters(small))
                .isEqualTo((double) new Gpt(small, TorchRandom.seeded(1)).parameterCount());
        assertThat(StepModel.parameters(GptOptions.GPT2)).isBetween(124.3e6, 124.5e6);
    }

    @Test
    void operations_are_nanoGPTs() {
        var options = GptOptions.GPT2;
        double perToken = 6 * (StepModel.parameters(options) - 1024 * 768) + 12.0 * 12 * 768 * 1024;
        assertThat(StepModel.operations(options, 3)).isEqualTo(perToken * 3 * 1024, within(1.0));
    }

    @Test
    void one_rank_sends_nothing_and_two_share_the_computation_alone() {
        var options = GptOptions.NANO_CPU;
        double parameters = StepModel.parameters(options);
        var alone = MODEL.parts(options, 12, 1);
        assertThat(alone.get(Part.BANDWIDTH)).isZero();
        assertThat(alone.get(Part.LATENCY)).isZero();
        assertThat(alone.get(Part.COMPUTE)).isEqualTo(StepModel.operations(options, 12) / 1e9);
        assertThat(alone.get(Part.UPDATE)).isEqualTo(parameters / 1e6, within(1e-12));
        var both = MODEL.parts(options, 12, 2);
        assertThat(both.get(Part.COMPUTE)).isEqualTo(StepModel.operations(options, 12) / 2e9);
        assertThat(both.get(Part.UPDATE)).isEqualTo(alone.get(Part.UPDATE));
        assertThat(both.get(Part.BANDWIDTH)).isEqualTo(4 * parameters / 1e6, within(1e-12));
        // Two pieces, in each a message to the other twice; the agreement and the losses.
        assertThat(both.get(Part.LATENCY)).isEqualTo(6e-3, within(1e-12));
    }

    @Test
    void names_what_breaks_first() {
        var options = GptOptions.NANO_CPU;
        assertThat(MODEL.breaks(options, 12, 0.8, 64)).contains(2);
        assertThat(MODEL.largest(options, 12, 2)).isEqualTo(Part.BANDWIDTH);
        var slowToAnswer = new StepModel(1e9, 1e-9, new Link("far", 1, 1e12));
        assertThat(slowToAnswer.largest(options, 12, 2)).isEqualTo(Part.LATENCY);
        var free = new StepModel(1e9, 1e-9, new Link("near", 0, 1e15));
        assertThat(free.largest(options, 12, 64)).isEqualTo(Part.UPDATE);
        assertThat(free.breaks(options, 64, 0.8, 64)).isEmpty();
        assertThat(free.efficiency(options, 64, 1)).isEqualTo(1);
    }

    @Test
    void the_page_says_what_is_computed() {
        var html = PageHtml.text(
                new ScalePage(new Measured(new Link("these two ranks, measured", 1e-6, 1e9), 0.5, 0.1, 0.4)).page());
        assertThat(html)
                .contains(
                        "no more than two ranks were run",
                        "Computed, not measured: a step of GPT-2",
                        "Computed: the time of a step",
                        "Computed, 10 Gbit/s Ethernet, assumed",
                        "what breaks first is");
    }

    @Test
    void one_rank_has_no_link() {
        assertThat(CommandResult.of("study", "scale"))
                .isEqualTo(new CommandResult(
                        2,
                        "",
                        "handgrad: study scale measures two ranks, not 1; start it as mpirun -n 2 --bind-to none"
                                + " ./handgrad study scale\n"));
    }

    @Test
    @Tag("long")
    void two_ranks_leave_a_page(@TempDir Path folder) throws Exception {
        var result = RankJob.run(
                RankLauncher.OPEN_MPI, 2, Map.of(), Main.class, "study", "scale", "--quick", "--out", "" + folder);
        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.out()).contains("2 ranks", "what breaks first is", "report:   " + folder);
        assertThat(folder.resolve("report.html")).isNotEmptyFile();
        assertThat(folder.resolve("numbers.json")).content().contains("bandwidth", "together");
    }
}
