package handgrad.app.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.app.JavaProcess;
import handgrad.app.command.StopSignals;
import handgrad.app.command.StoppedException;
import handgrad.io.TrainingState;
import handgrad.models.LectureModel;
import handgrad.nn.Collective;
import handgrad.nn.Linear;
import handgrad.optim.Sgd;
import handgrad.random.TorchRandom;
import java.io.BufferedReader;
import java.io.PipedReader;
import java.io.PipedWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class TrainingLoopTest {
    @TempDir
    private Path folder;

    @Test
    void a_signal_within_an_evaluation_waits_for_its_end_and_says_so() throws Exception {
        JavaProcess.assumeNoSignalIsIgnored();
        var console = new RunConsole(new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter()), true);
        var options = TrainOptions.lecture(LectureModel.MLP, TrainOptions.BUNDLED);
        var named = CommandLine.populateCommand(new RunFolderOptions(), "--out", folder.toString());
        try (var pipe = new PipedReader();
                var lines = new BufferedReader(pipe);
                var err = new PrintWriter(new PipedWriter(pipe));
                var signals = StopSignals.install(err, "the start");
                var place = RunPlace.take(named, options, "", 0, new SavingOptions(), null, console)) {
            var steps = new ThreeSteps();
            var saver = new RunSaver(place, steps.state(), new SavingOptions(), console);
            var heard = new StringBuilder();
            var loop = new TrainingLoop(
                    steps,
                    new EvaluationSchedule(2, 0),
                    () -> {
                        heard.append(evaluated(lines));
                        return 1;
                    },
                    saver,
                    new StoppableRanks(Collective.single(), signals));
            assertThatThrownBy(() -> loop.run(new Nobody()))
                    .isInstanceOf(StoppedException.class)
                    .hasMessage("handgrad: SIGINT after step 2; step 2 is saved in " + folder
                            + "/checkpoint-2.safetensors\ngo on with ./handgrad train --resume " + folder);
            assertThat(heard)
                    .hasToString("handgrad: SIGINT is heard and waits for the end of the evaluation; a second one ends"
                            + " at once");
        }
    }

    /** An evaluation that a signal comes into, and that takes until it is answered. */
    private static String evaluated(BufferedReader lines) {
        try {
            JavaProcess.signal("INT", ProcessHandle.current().pid());
            return lines.readLine();
        } catch (Exception exception) {
            throw new IllegalStateException(exception);
        }
    }

    private static final class Nobody implements TrainingLoop.Listener {
        @Override
        public void step(SteppedTraining.Step done) {}

        @Override
        public void evaluated(int steps, double dev) {}
    }

    private static final class ThreeSteps implements SteppedTraining {
        private final Linear model = new Linear(1, 1, TorchRandom.seeded(0));
        private final Sgd sgd = new Sgd(model.parameters());
        private final TrainingState state = new TrainingState(model, sgd);

        @Override
        public TrainingState state() {
            return state;
        }

        @Override
        public boolean isDone() {
            return state.step() == 3;
        }

        @Override
        public Step next() {
            int step = state.step();
            sgd.step(0.1);
            return new Step(step, 1, 0.1, false);
        }
    }
}
