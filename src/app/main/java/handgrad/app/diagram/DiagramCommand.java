package handgrad.app.diagram;

import handgrad.app.command.ExitCode;
import handgrad.app.command.FailedException;
import handgrad.app.command.ModelOption;
import handgrad.app.command.TimeLimit;
import handgrad.app.command.UserFile;
import handgrad.app.diagram.Sheet.Paper;
import handgrad.app.diagram.Style.Backward;
import handgrad.app.exercise.Exercise;
import handgrad.app.program.RunCommand;
import handgrad.app.program.SourceProgram;
import handgrad.app.program.SourceProgram.CompilationException;
import handgrad.app.train.RunFolder;
import handgrad.app.worker.Watch;
import handgrad.file.PrintableText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Draws the tensors of a model on one sheet. */
@Command(
        name = "diagram",
        description = {
            "Draws every tensor of a forward pass on one sheet, from a run of it.",
            "",
            "The model is one of train, exercise-N, rung-N, fault-N, or a FILE.java with Tensor"
                    + " forward(NamedPass.Names names), as the exercises have it, or with a main method that computes a"
                    + " CrossEntropyLoss."
        })
public final class DiagramCommand implements Callable<Integer> {
    private static final Pattern EXERCISE = Pattern.compile("(exercise|rung|fault)-\\d+");

    private static final Pattern MAIN = Pattern.compile("\\bvoid\\s+main\\s*\\(");

    @Parameters(index = "0", paramLabel = "MODEL", description = "A model, an exercise, or FILE.java.")
    private String model;

    @ArgGroup
    private BackwardOptions backward = new BackwardOptions();

    @Option(
            names = "--values",
            description =
                    "Add mean and standard deviation of value and gradient for a batch, and what the gradient check"
                            + " says.")
    private boolean values;

    @Option(
            names = "--open",
            paramLabel = "LAYER",
            description =
                    "In a deep model, whose layers are one operation each, open this one to its tensors: its number,"
                            + " its kind, such as BatchNorm1d, or all. Can be given several times.")
    private List<String> open = List.of();

    @Option(
            names = "--paper",
            paramLabel = "A3|A4",
            description = "The size of the page: A3 (default) or A4.",
            defaultValue = "A3")
    private Paper paper;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Where to write; the format is that of the name: .svg, .pdf, .png, .html, .mmd (Mermaid) or"
                    + " .dot. By default MODEL.svg.")
    private @Nullable Path output;

    @Option(
            names = "--time-limit",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How long compiling or a pass of a FILE.java may take, ${DEFAULT-VALUE} by default.")
    private int timeLimit;

    @Spec
    private CommandSpec spec;

    @Spec
    void listModels(CommandSpec command) {
        ModelOption.listIn(command);
    }

    /** How gradients are drawn; at most one. */
    private static final class BackwardOptions {
        @Option(names = "--backward", description = "Write its gradient on every edge.")
        private boolean formulas;

        @Option(names = "--blank", description = "Leave an empty slot for each gradient, for a pen.")
        private boolean blank;

        @Option(names = "--answers", description = "The sheet of --blank with its slots filled in.")
        private boolean answers;

        Backward chosen() {
            return formulas ? Backward.FORMULAS : blank ? Backward.BLANK : answers ? Backward.ANSWERS : Backward.NONE;
        }
    }

    @Override
    public Integer call() {
        return Watch.call(model, TimeLimit.of(timeLimit), this::remark, this::draw);
    }

    private void remark(String line) {
        spec.commandLine().getErr().println("handgrad: " + line);
    }

    private int draw() {
        var file = output != null ? output : Path.of(name() + ".svg");
        var format = Format.of(file);
        Drawing drawing;
        try {
            drawing = new Drawing(subject(model), new Style(backward.chosen(), values), paper, open);
        } catch (CompilationException exception) {
            spec.commandLine().getErr().print(exception.getMessage());
            spec.commandLine().getErr().flush();
            return ExitCode.FAILED;
        }
        try {
            Files.write(file, format.bytes(drawing));
        } catch (IOException exception) {
            throw new FailedException("cannot write %s: %s".formatted(file, RunFolder.reason(exception)));
        }
        spec.commandLine().getOut().println(PrintableText.of("wrote " + file));
        if (format.isSheet()) {
            drawing.remarks().forEach(spec.commandLine().getErr()::println);
        }
        return ExitCode.DONE;
    }

    /** The model, or the file's name without its end. */
    private String name() {
        var name = String.valueOf(Path.of(model).getFileName());
        return name.endsWith(".java") ? name.substring(0, name.length() - ".java".length()) : name;
    }

    /** What a name of the command line stands for. */
    static DiagramSubject subject(String model) throws CompilationException {
        if (model.endsWith(".java")) {
            var file = Path.of(model);
            RunCommand.requireSource(file);
            var source = new UserFile("", file, "a Java source file").text(RunCommand.MOST_BYTES);
            return compiled(file.getFileName().toString(), model, source);
        }
        if (EXERCISE.matcher(model).matches()) {
            return subject(Exercise.named(model));
        }
        return ModelSubject.of(ModelOption.named(model));
    }

    /** The forward pass of an exercise. */
    static DiagramSubject subject(Exercise exercise) throws CompilationException {
        return compiled(exercise.heading(), exercise.fileName(), exercise.solution());
    }

    private static DiagramSubject compiled(String title, String file, String source) throws CompilationException {
        return FileSubject.of(
                title, file, source, compiled(Path.of(file).getFileName().toString(), source));
    }

    /** The program of a source, which needs no main method if it has a forward pass. */
    private static SourceProgram compiled(String file, String source) throws CompilationException {
        try {
            return SourceProgram.compile(file, source);
        } catch (CompilationException exception) {
            if (MAIN.matcher(source).find()) {
                throw exception;
            }
            // To the compiler a file of methods alone is a program, and lacks its beginning.
            return SourceProgram.compile(file, source + "\nvoid main() {}\n");
        }
    }
}
