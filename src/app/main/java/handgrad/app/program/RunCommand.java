package handgrad.app.program;

import handgrad.app.command.ExitCode;
import handgrad.app.command.WrongInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs a program in one source file. */
@Command(
        name = "run",
        description = "Runs one Java source file with the engine at hand: import module handgrad; void main() { ... }")
public final class RunCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "FILE.java", description = "The source file.")
    private Path file;

    @Parameters(index = "1..*", paramLabel = "ARGUMENT", description = "Arguments of its main method.")
    private String[] arguments = {};

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        requireSource(file);
        var err = spec.commandLine().getErr();
        try {
            SourceProgram.compile(file).run(arguments);
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
    }
}
