package handgrad.app.kill;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.JavaProcess;
import handgrad.app.Main;
import handgrad.app.command.StopSignal;
import handgrad.data.Names;
import handgrad.io.Checkpoint;
import handgrad.io.WeightsHash;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A training that each signal ends in turn: the same command goes on where it was, and no step is lost or other. */
@DisabledOnOs(OS.WINDOWS)
class SignalledTrainingTest {
    /** More than any machine does before a signal. */
    private static final String STEPS = "100000000";

    @TempDir
    private Path temporary;

    private @Nullable Process process;

    @AfterEach
    void endProcess() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void says_what_is_saved_and_goes_on_with_the_same_bits() throws Exception {
        JavaProcess.assumeNoSignalIsIgnored();
        var names = temporary.resolve("names.txt");
        Files.write(names, Names.bundled().words().subList(0, 300));
        var options = List.of("train", "mlp-bn", "--hidden", "8", "--data", names.toString(), "--quiet", "--no-report");
        var folder = temporary.resolve("a run");
        var training = training(folder, with(options, "--steps", STEPS, "--log-every", "50"));
        int step = 0;
        for (var signal : StopSignal.values()) {
            process = training.start(2, Integer.parseInt(STEPS));
            while (training.metrics().size() <= step / 50 + 2) {
                assertThat(process.isAlive()).as(training.output()).isTrue();
                Thread.sleep(10);
            }
            JavaProcess.signal(signal.name(), process.pid());
            assertThat(process.waitFor()).isEqualTo(signal.exitCode());
            assertThat(training.newestStep()).isGreaterThan(step);
            step = training.newestStep();
            // A slow machine says first that the signal waits.
            assertThat(training.output()
                            .replaceFirst("WARNING: .*\n", "")
                            .replaceFirst("handgrad: SIG[A-Z]+ is heard and waits for the end of .*\n", ""))
                    .matches(Pattern.quote(
                                    "handgrad: %s after step %,d; step %,d is saved in %s/checkpoint-%d.safetensors%n"
                                            .formatted(signal, step, step, folder, step))
                            + Pattern.quote("go on with ./handgrad train --resume '%s'%n".formatted(folder)));
            assertThat(training.temporaries()).isEmpty();
        }

        // In a JVM of its own as well: which products go to OpenBLAS depends on the compilers that a JVM has.
        var last = Integer.toString(step);
        var unbroken = training(temporary.resolve("unbroken"), with(options, "--steps", last));
        process = unbroken.start(2, step);
        assertThat(process.waitFor()).as(unbroken.output()).isZero();
        var saved = Checkpoint.weights(folder.resolve("checkpoint-" + last + ".safetensors"));
        assertThat(WeightsHash.of(saved.tensors())).isEqualTo(unbroken.hash());
    }

    private static KilledTraining training(Path folder, List<String> arguments) {
        return new KilledTraining(
                "mlp-bn",
                Path.of("target/test-classes"),
                Main.class.getName(),
                arguments,
                "--threads",
                "--checkpoint-every",
                folder);
    }

    private static List<String> with(List<String> options, String... more) {
        var all = new ArrayList<>(options);
        all.addAll(List.of(more));
        return all;
    }
}
