package handgrad.app;

import handgrad.app.audio.AudioCommand;
import handgrad.app.command.ExitCode;
import handgrad.app.diagram.DiagramCommand;
import handgrad.app.exercise.ExerciseCommand;
import handgrad.app.gpt2.Gpt2Command;
import handgrad.app.image.ImageCommand;
import handgrad.app.learn.LearnCommand;
import handgrad.app.program.RunCommand;
import handgrad.app.program.ShellCommand;
import handgrad.app.sequence.SequenceCommand;
import handgrad.app.sequence.SequenceRuns;
import handgrad.app.sweep.SweepCommand;
import handgrad.app.train.CompareCommand;
import handgrad.app.train.EvaluateCommand;
import handgrad.app.train.SampleCommand;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command {@code handgrad}; the work is in its subcommands. */
@Command(
        name = "handgrad",
        description = "Trains small models on the CPU, every gradient written by hand.",
        versionProvider = Handgrad.VersionProvider.class,
        scope = ScopeType.INHERIT,
        mixinStandardHelpOptions = true,
        usageHelpAutoWidth = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:failed: a check did not pass, a training diverged, a program threw",
            "2:wrong input",
            "70:internal error, a bug of handgrad",
            "129:ended by SIGHUP, as its terminal was closed",
            "130:ended by SIGINT, Ctrl-C",
            "141:nobody reads the output any more, as after | head",
            "143:ended by SIGTERM, as by kill"
        })
final class Handgrad implements Runnable {
    /** In the order of the help. */
    private static final SequencedMap<String, Supplier<?>> COMMANDS = new LinkedHashMap<>();

    static {
        COMMANDS.put("train", SequenceCommand::train);
        COMMANDS.put("sweep", SweepCommand::new);
        COMMANDS.put("sample", () -> new SampleCommand(new SequenceRuns()));
        COMMANDS.put("evaluate", () -> new EvaluateCommand(new SequenceRuns()));
        COMMANDS.put("compare", CompareCommand::new);
        COMMANDS.put("audio", AudioCommand::new);
        COMMANDS.put("check", CheckCommand::new);
        COMMANDS.put("gpt2", Gpt2Command::new);
        COMMANDS.put("exercise", ExerciseCommand::new);
        COMMANDS.put("learn", LearnCommand::new);
        COMMANDS.put("diagram", DiagramCommand::new);
        COMMANDS.put("study", StudyCommand::new);
        COMMANDS.put("doctor", DoctorCommand::new);
        COMMANDS.put("bench", BenchCommand::new);
        COMMANDS.put("image", ImageCommand::new);
        COMMANDS.put("shell", ShellCommand::new);
        COMMANDS.put("run", RunCommand::new);
    }

    @Option(
            names = "--trace",
            scope = ScopeType.INHERIT,
            description = "Print the stack trace of an internal error, as -Dhandgrad.trace=true does.")
    private boolean trace = Boolean.getBoolean("handgrad.trace");

    @Spec
    private CommandSpec spec;

    /** Runs the command that {@code arguments} name and returns its {@link ExitCode}. */
    static int run(String[] arguments, PrintWriter out, PrintWriter err) {
        if (arguments.length == 1 && arguments[0].equals("--version")) {
            // Without picocli, whose start takes longer than all the rest.
            for (var line : ProgramVersion.lines()) {
                out.println(line);
            }
            return ExitCode.DONE;
        }
        var handgrad = new Handgrad();
        var commandLine = new CommandLine(handgrad);
        addCommands(commandLine, arguments);
        commandLine
                .setOut(out)
                .setErr(err)
                .setParameterExceptionHandler(ErrorReport::wrongArguments)
                .setExecutionExceptionHandler((exception, _, _) -> ErrorReport.failure(exception, handgrad.trace, err));
        try {
            return commandLine.execute(arguments);
        } catch (Error error) {
            return ErrorReport.failure(error, handgrad.trace, err);
        }
    }

    /** Adds the command that comes first, or all: to read the annotations of all takes longer than a short command. */
    private static void addCommands(CommandLine commandLine, String[] arguments) {
        var first = arguments.length == 0 ? "" : arguments[0];
        for (var name : COMMANDS.keySet()) {
            if (!COMMANDS.containsKey(first) || name.equals(first)) {
                commandLine.addSubcommand(name, COMMANDS.get(name).get());
            }
        }
        // What follows the source file of run belongs to the user's program.
        var run = commandLine.getSubcommands().get("run");
        if (run != null) {
            run.setStopAtPositional(true);
        }
    }

    /** Without a subcommand: the help. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /** The lines of --version, for picocli. */
    static final class VersionProvider implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return ProgramVersion.lines();
        }
    }
}
