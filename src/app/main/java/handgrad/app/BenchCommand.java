package handgrad.app;

import handgrad.app.command.WrongInputException;
import handgrad.app.image.ImageLayout;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Stands in the help. The launcher itself builds and runs the benchmarks, which are no part of the program; this
 * command gets to run with an option of the JVM in front alone, and in an image.
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
        if (ImageLayout.running().isPresent()) {
            throw new WrongInputException("bench needs a checkout of handgrad, with a JDK and Maven: it builds the"
                    + " benchmarks, which are no part of an image");
        }
        throw new WrongInputException("bench chooses the options of its JVMs itself: run ./handgrad bench %s"
                .formatted(String.join(" ", arguments))
                .strip());
    }
}
