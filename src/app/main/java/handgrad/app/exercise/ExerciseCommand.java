package handgrad.app.exercise;

import handgrad.app.command.ExitCode;
import handgrad.app.command.FailedException;
import handgrad.app.command.TimeLimit;
import handgrad.app.command.WrongInputException;
import handgrad.app.program.RunCommand;
import handgrad.app.program.SourceProgram.CompilationException;
import handgrad.app.program.WordTable;
import handgrad.app.train.RunFolder;
import handgrad.app.worker.Watch;
import handgrad.file.AtomicFile;
import handgrad.file.PrintableText;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists the exercises, checks one, helps with it. */
@Command(
        name = "exercise",
        description = "Lists the exercises in writing gradients by hand; with a name, checks one. The first time it"
                + " makes the learner's file, my-exercises/Exercise1.java, which it never overwrites.")
public final class ExerciseCommand implements Callable<Integer> {
    @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "The exercise, such as 1.")
    private @Nullable String name;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "FILE.java",
            description = "The learner's file, if it is another.")
    private @Nullable Path file;

    @Option(
            names = "--folder",
            paramLabel = "FOLDER",
            defaultValue = "my-exercises",
            description = "Where the learner's files are, ${DEFAULT-VALUE} by default.")
    private Path folder;

    @Option(
            names = "--all",
            description =
                    "Mark the folder that stands in the place of NAME, by --json, by -o, or by both: files of students"
                            + " as STUDENT/Exercise1.java, STUDENT/my-exercises/Exercise1.java or"
                            + " STUDENT-Exercise1.java. Their code runs with your rights, each file in a JVM of its own"
                            + " with limits of time and memory: mark what strangers wrote in a container.")
    private boolean all;

    @Option(
            names = "--json",
            description = "Print a JSON object a line: right and total count gradients, points are 100 where it is"
                    + " solved, else the share that is right in percent.")
    private boolean json;

    @Option(
            names = {"-o", "--out"},
            paramLabel = "FILE.html",
            description =
                    "Write the marks of --all on a page: students down, exercises across, the most frequent causes"
                            + " first.")
    private @Nullable Path page;

    @Option(names = "--student", paramLabel = "STUDENT", description = "Who is named in the JSON object.")
    private @Nullable String student;

    @Option(
            names = "--time-limit",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "How long compiling, a pass or the training of the file may take, ${DEFAULT-VALUE} by"
                    + " default.")
    private int timeLimit;

    @ArgGroup
    private Help help = new Help();

    @Spec
    private CommandSpec spec;

    /** At most one of the ways to get on. */
    private static final class Help {
        @Option(names = "--hint", description = "Print the next hint, for the first gradient that is not right.")
        private boolean hint;

        @Option(
                names = "--solution",
                arity = "0..1",
                fallbackValue = "",
                paramLabel = "GRADIENT",
                description = "Print the answers with their derivations, or of one gradient alone.")
        private @Nullable String solution;

        @Option(
                names = "--explain",
                paramLabel = "GRADIENT",
                description = "Derive the gradient of a tensor of forward step by step: one element, the sum that it"
                        + " enters, the whole tensor, and the numbers of your run.")
        private @Nullable String explain;

        @Option(
                names = "--predict",
                description = "Ask for the shape of the first gradient that is not right, and for a sign in it.")
        private boolean predict;

        @Option(
                names = "--ide",
                description = "Write into the folder of your files what IntelliJ IDEA, VS Code and Eclipse need to open"
                        + " it with completion.")
        private boolean ide;

        @Option(
                names = "--words",
                description = "Print what NumPy and PyTorch write, and what is written here instead.")
        private boolean words;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (all) {
            if ((!json && page == null) || name == null) {
                throw new WrongInputException("name the folder to mark and what to write, as in"
                        + " ./handgrad exercise --all --json FOLDER or ./handgrad exercise --all FOLDER -o class.html");
            }
            markClass(Path.of(name));
            return ExitCode.DONE;
        }
        if (page != null) {
            throw new WrongInputException("-o writes the marks of a class; it goes with --all FOLDER");
        }
        if (help.ide) {
            if (name != null) {
                throw new WrongInputException("--ide is for the whole folder; leave out " + name);
            }
            new IdeProject(folder, out()).write();
            out().flush();
            return ExitCode.DONE;
        }
        if (help.words) {
            out().print(WordTable.text());
            out().flush();
            return ExitCode.DONE;
        }
        if (name == null) {
            if (help.hint || help.predict || help.solution != null || help.explain != null) {
                throw new WrongInputException("name an exercise, as in ./handgrad exercise 1 --hint");
            }
            out().print(ExerciseMap.of(folder)
                    .text(spec.commandLine().getColorScheme().ansi()));
            out().flush();
            return ExitCode.DONE;
        }
        var exercise = Exercise.named(name);
        if (help.solution != null) {
            out().print(help.solution.isEmpty() ? exercise.solution() : one(exercise.step(help.solution)));
            out().flush();
            return ExitCode.DONE;
        }
        if (help.explain != null) {
            return explain(exercise, help.explain);
        }
        var source = file == null ? start(exercise) : file;
        RunCommand.requireSource(source);
        try {
            var check = check(exercise, source);
            var report = new ExerciseReport(exercise, source, check, ExerciseMap.of(folder));
            if (help.predict) {
                predict(exercise, report);
                return ExitCode.DONE;
            }
            out().print(
                            json
                                    ? MarkJson.of(student, exercise, report) + "\n"
                                    : help.hint ? report.hint() : report.text());
            out().flush();
            note(exercise, check);
            return help.hint || check.solved() ? ExitCode.DONE : ExitCode.FAILED;
        } catch (CompilationException exception) {
            spec.commandLine().getErr().print(exception.getMessage());
            spec.commandLine().getErr().flush();
            return ExitCode.FAILED;
        }
    }

    private void markClass(Path students) throws InterruptedException {
        var marks = new ArrayList<ClassMark>();
        // Written at once, and after each file: an error comes before the minutes that it takes, and an end loses
        // nothing.
        writePage(marks);
        new ClassMarking(timeLimit, line -> {
                    var mark = ClassMark.of(line);
                    marks.add(mark);
                    writePage(marks);
                    out().println(json ? line : PrintableText.of(mark.line()));
                    out().flush();
                })
                .mark(students);
    }

    private void writePage(List<ClassMark> marks) {
        var to = page;
        if (to != null) {
            try {
                AtomicFile.write(to, new ClassPage(marks).html());
            } catch (IOException exception) {
                throw new FailedException(to + " cannot be written: " + RunFolder.reason(exception));
            }
        }
    }

    /** Explains a gradient, beside what the learner's file has for it, if there is one that can be checked. */
    private int explain(Exercise exercise, String gradient) {
        var source = file == null ? folder.resolve(exercise.fileName()) : file;
        var explanation = new ExerciseExplanation(exercise);
        if (file == null && Files.notExists(source)) {
            out().print(explanation.explained(gradient, null));
        } else {
            RunCommand.requireSource(source);
            try {
                out().print(explanation.explained(gradient, check(exercise, source)));
            } catch (CompilationException exception) {
                out().print(explanation.explained(gradient, null));
                out().println(PrintableText.of(source + " does not compile, so your own numbers are missing."));
            }
        }
        out().flush();
        return ExitCode.DONE;
    }

    private void predict(Exercise exercise, ExerciseReport report) throws IOException {
        var tensor = report.current();
        if (tensor.isEmpty()) {
            out().println("all gradients are right, so none is left to predict");
            return;
        }
        var reference = new ExerciseReference(exercise);
        if (!reference.isGradient(tensor.get())) {
            throw new WrongInputException("d%s of exercise %s is no gradient, and --predict asks for gradients alone"
                    .formatted(tensor.get(), exercise.name()));
        }
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        new Prediction(tensor.get(), reference.gradient(tensor.get())).ask(in, out());
    }

    /** The learner's file, made if there is none. */
    private Path start(Exercise exercise) {
        var source = folder.resolve(exercise.fileName());
        if (exercise.begin(source)) {
            out().println(PrintableText.of(source + " is new: the task, the forward pass, and "
                    + (exercise.isFault() ? "a backward pass with one wrong line." : "blanks for you to fill in.")));
        }
        return source;
    }

    /** An answer as the solution has it, without its indentation. */
    private static String one(Exercise.Step step) {
        return step.answer().stripIndent() + "\n";
    }

    /** What was found in the learner's folder is for the map; other files do not belong to it. */
    private void note(Exercise exercise, ExerciseCheck check) {
        if (file == null) {
            new CheckedFile(folder).note(exercise, check.solved(), check.right());
        }
    }

    private ExerciseCheck check(Exercise exercise, Path source) throws CompilationException {
        return Watch.call(
                source.toString(),
                TimeLimit.of(timeLimit),
                line -> spec.commandLine().getErr().println("handgrad: " + line),
                () -> ExerciseCheck.of(exercise, source));
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
