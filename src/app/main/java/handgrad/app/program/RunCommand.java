package handgrad.app.program;

import handgrad.app.command.ExitCode;
import handgrad.app.command.TimeLimit;
import handgrad.app.command.WrongInputException;
import handgrad.app.worker.Watch;
import handgrad.app.worker.Worker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a program in one source file. */
@Command(
        name = "run",
        description = "Runs one Java source file with the engine at hand: import module handgrad; void main() { ... }")
public final class RunCommand implements Callable<Integer> {
    /** The compiler holds a source file and a hundred times as much of its own in memory. */
    public static final int MOST_BYTES = 1 << 20;

    @Parameters(index = "0", paramLabel = "FILE.java", description = "The source file.")
    private Path file;

    @Parameters(index = "1..*", paramLabel = "ARGUMENT", description = "Arguments of its main method.")
    private String[] arguments = {};

    @Option(
            names = "--time-limit",
            paramLabel = "SECONDS",
            description = "End the program, also one that hangs, if it runs longer; without a limit by default.")
    private @Nullable Integer timeLimit;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        requireSource(file);
        var err = spec.commandLine().getErr();
        var limit = timeLimit == null ? null : TimeLimit.of(timeLimit);
        try {
            var program = Watch.call(file.toString(), Duration.ZERO, err::println, () -> SourceProgram.compile(file));
            Worker.begin(file.toString(), limit, err);
            program.run(arguments);
            return ExitCode.DONE;
        } catch (SourceProgram.CompilationException exception) {
            err.print(exception.getMessage());
            err.flush();
            return ExitCode.FAILED;
        } catch (SourceProgram.ProgramException exception) {
            exception.thrown().printStackTrace(err);
            return ExitCode.FAILED;
        }
    }

    /**
     * Requires a Java source file that can be read.
     *
     * @throws WrongInputException if it is none
     */
    public static void requireSource(Path file) {
        if (Files.notExists(file)) {
            throw new WrongInputException("there is no file " + file);
        }
        if (Files.isDirectory(file)) {
            throw new WrongInputException(file + " is a folder; name a Java source file in it");
        }
        if (!file.toString().endsWith(".java")) {
            throw new WrongInputException(file + " is not a Java source file: its name must end in .java");
        }
        if (!Files.isReadable(file)) {
            throw new WrongInputException(file + " cannot be read: its permissions forbid it");
        }
        if (!Files.isRegularFile(file)) {
            throw new WrongInputException(file + " is no regular file; name a Java source file");
        }
        long size = file.toFile().length();
        if (size > MOST_BYTES) {
            throw new WrongInputException(String.format(
                    Locale.ROOT,
                    "%s has %,d bytes; a source file may have %,d: move its data to another file and read it",
                    file,
                    size,
                    MOST_BYTES));
        }
    }
}
