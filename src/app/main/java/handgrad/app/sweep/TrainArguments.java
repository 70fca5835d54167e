package handgrad.app.sweep;

import handgrad.app.command.ModelOption;
import handgrad.app.command.WrongInputException;
import handgrad.app.sequence.SequenceCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** What {@code train} takes: which columns a sweep can have, and which values. */
final class TrainArguments {
    /** Options about the folder, the pages and the printing of one run, which a sweep sees to itself. */
    private static final Set<String> OF_ONE_RUN = Set.of(
            "--out",
            "--resume",
            "--find-lr",
            "--metrics",
            "--tensorboard",
            "--diagnostics",
            "--report",
            "--open",
            "--serve",
            "--quiet",
            "--trace",
            "--help",
            "--version");

    private final CommandLine train = SequenceCommand.train();

    /** The columns beside the model's: the options of all models. */
    Set<String> columns() {
        return Stream.concat(Stream.of(train), train.getSubcommands().values().stream())
                .flatMap(command -> command.getCommandSpec().options().stream())
                .map(OptionSpec::longestName)
                .filter(name -> name.startsWith("--") && !OF_ONE_RUN.contains(name))
                .map(name -> name.substring(2))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /**
     * Refuses a model that there is not.
     *
     * @throws IllegalArgumentException with what is wrong
     */
    void requireModel(String model) {
        try {
            command(model);
        } catch (WrongInputException exception) {
            throw new IllegalArgumentException(exception.getMessage(), exception);
        }
    }

    private CommandLine command(String model) {
        var sequence = train.getSubcommands().get(model);
        if (sequence == null) {
            ModelOption.named(model, train.getSubcommands().keySet());
        }
        return sequence == null ? train : sequence;
    }

    /**
     * Refuses a value that an option of a model does not have.
     *
     * @throws IllegalArgumentException with what is wrong
     */
    void requireValue(String model, String column, String value) {
        var command = command(model);
        var option = command.getCommandSpec().findOption("--" + column);
        if (option == null) {
            throw new IllegalArgumentException("is for other models: train " + model + " has no --" + column
                    + "; leave the cell empty in its rows");
        }
        if (isFlag(option)) {
            if (!value.equals("true") && !value.equals("false")) {
                throw new IllegalArgumentException("must be true or false, it is " + value);
            }
            return;
        }
        try {
            command.parseArgs(argument(option, value));
        } catch (ParameterException exception) {
            throw new IllegalArgumentException(
                    "%s is no value of --%s: %s".formatted(value, column, exception.getMessage()), exception);
        }
    }

    /** The arguments of {@code train} for a run. */
    List<String> of(SweepRun run) {
        var command = command(run.model());
        var arguments = new ArrayList<>(List.of("train", run.model()));
        run.options().forEach((column, value) -> {
            if (!column.equals(SweepRun.MODEL)) {
                var option = command.getCommandSpec().findOption("--" + column);
                if (!isFlag(option)) {
                    arguments.add(argument(option, value));
                } else if (Boolean.parseBoolean(value)) {
                    arguments.add(option.longestName());
                }
            }
        });
        return arguments;
    }

    private static String argument(OptionSpec option, String value) {
        return option.longestName() + "=" + value;
    }

    private static boolean isFlag(OptionSpec option) {
        return option.arity().max() == 0;
    }
}
