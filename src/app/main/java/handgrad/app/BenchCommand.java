package handgrad.app;

import handgrad.app.command.WrongInputException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Stands in the help. The launcher itself builds and runs the benchmarks, which are no part of the program; only with
 * an option of the JVM in front does this command get to run.
 */
@Command(
        name = "bench",
        description =
                "Measures: training steps, kernels, microbenchmark studies, other libraries; --list names the studies.")
final class BenchCommand implements Runnable {
    @Parameters(arity = "0..*", hidden = true)
    private List<String> arguments = List.of();

    @Override
    public void run() {
        throw new WrongInputException("bench chooses the options of its JVMs itself: run ./handgrad bench %s"
                .formatted(String.join(" ", arguments))
                .strip());
    }
}
