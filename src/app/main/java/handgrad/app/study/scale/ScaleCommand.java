package handgrad.app.study.scale;

import handgrad.app.command.ExitCode;
import handgrad.app.command.WrongInputException;
import handgrad.app.study.Experiment;
import handgrad.app.study.StudyOptions;
import handgrad.app.train.Ranks;
import handgrad.nn.Collective;
import handgrad.tensor.Backend;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** How far a training would scale. */
@Command(
        name = "scale",
        description = {
            "How far GPT-2 would scale: a step's time up to 64 ranks, computed from what two ranks measure.",
            "",
            "Start it as mpirun -n 2 ./handgrad study scale, on one machine or on two that a network connects."
        },
        sortOptions = false)
public final class ScaleCommand implements Callable<Integer> {
    private static final int STEPS = 7;
    private static final int QUICK_STEPS = 2;

    @Mixin
    private final StudyOptions options = new StudyOptions();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        return Ranks.train(true, ranks -> {
            study(ranks);
            return ExitCode.DONE;
        });
    }

    private void study(Collective ranks) {
        if (ranks.size() != 2) {
            throw new WrongInputException(
                    "study scale measures two ranks, not %d; start it as mpirun -n 2 --bind-to none"
                                    .formatted(ranks.size())
                            + " ./handgrad study scale");
        }
        Backend.setThreads(1);
        var measured = Measured.of(ranks, options.quick() ? QUICK_STEPS : STEPS);
        if (ranks.rank() > 0) {
            return;
        }
        var out = spec.commandLine().getOut();
        var page = new ScalePage(measured);
        page.check().print(out);
        page.findings().print(out);
        var folder = options.folder("scale");
        // A time is measured anew, so it is a part of what tells measurements apart.
        folder.measure(new Experiment(Map.of("at", Instant.now().toString()), measured::numbers));
        folder.write(page.page(), options.open(), out);
    }
}
