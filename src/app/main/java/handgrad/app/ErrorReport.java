package handgrad.app;

import handgrad.app.command.ExitCode;
import handgrad.app.command.FailedException;
import handgrad.app.command.StoppedException;
import handgrad.app.command.WrongInputException;
import handgrad.file.PrintableText;
import handgrad.mpi.MpiException;
import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns what a command throws into a line for the user and an exit code. */
final class ErrorReport {
    private ErrorReport() {}

    /** Reports arguments that do not fit the command. */
    static int wrongArguments(ParameterException exception, String[] arguments) {
        var command = exception.getCommandLine();
        var name = command.getCommandSpec().qualifiedName();
        var message =
                exception instanceof UnmatchedArgumentException unmatched ? unmatched(unmatched) : oneLine(exception);
        command.getErr().println("%s: %s; see %s --help".formatted(name, message, name));
        return ExitCode.WRONG_INPUT;
    }

    private static String unmatched(UnmatchedArgumentException exception) {
        var argument = exception.getUnmatched().getFirst();
        var kind = exception.isUnknownOption()
                ? "option"
                : takesCommand(exception.getCommandLine().getCommandSpec()) ? "command" : "argument";
        // The commands below one that takes arguments are no likely meaning of one argument too many.
        var nearest = kind.equals("argument") || exception.getSuggestions().isEmpty()
                ? ""
                : ", did you mean %s?".formatted(exception.getSuggestions().getFirst());
        return PrintableText.of("unknown %s %s%s".formatted(kind, argument, nearest));
    }

    private static boolean takesCommand(CommandSpec command) {
        return !command.subcommands().isEmpty()
                && command.positionalParameters().isEmpty();
    }

    /** Reports what a command threw: that it was stopped, wrong input, a failure, too little memory, or a bug. */
    static int failure(Throwable failure, boolean trace, PrintWriter err) {
        if (failure instanceof StoppedException stopped) {
            err.println(stopped.getMessage());
            return stopped.exitCode();
        }
        var message = oneLine(failure);
        err.println("handgrad: "
                + switch (failure) {
                    case WrongInputException _, FailedException _, MpiException _ -> message;
                    case OutOfMemoryError _ ->
                        "out of memory: %s; give more, as in ./handgrad -Xmx8g ..., or ask for less".formatted(message);
                    default ->
                        "internal error: %s: %s; --trace shows where"
                                .formatted(failure.getClass().getName(), message);
                });
        if (trace) {
            failure.printStackTrace(err);
        }
        return switch (failure) {
            case WrongInputException _ -> ExitCode.WRONG_INPUT;
            case FailedException _, MpiException _, OutOfMemoryError _ -> ExitCode.FAILED;
            default -> ExitCode.INTERNAL_ERROR;
        };
    }

    private static String oneLine(Throwable failure) {
        return PrintableText.of(String.valueOf(failure.getMessage()).strip().replaceAll("\\s*\\R\\s*", " "));
    }
}
