package handgrad.app.study.published;

import handgrad.app.command.Checks;
import handgrad.app.command.ExitCode;
import handgrad.app.command.FailedException;
import handgrad.app.command.NamesOption;
import handgrad.app.command.UserFile;
import handgrad.app.command.WrongInputException;
import handgrad.app.train.LectureRun;
import handgrad.app.train.RunFolder;
import handgrad.data.Names;
import handgrad.file.AtomicFile;
import handgrad.models.LectureModel;
import handgrad.page.MarkedPart;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Every published loss, measured. */
@Command(
        name = "published",
        description = {
            "Trains every model of the lectures and sets its losses beside the published ones.",
            "",
            "Each result is added to a file when it is there, and what the file has is not trained again, so an "
                    + "interrupted run goes on where it was. The published losses are of the lecture's names.txt."
        },
        sortOptions = false)
public final class PublishedCommand implements Callable<Integer> {
    /** Of the document that gets a table. */
    private static final int MAXIMUM_BYTES = 16 << 20;

    @Mixin
    private final NamesOption data = new NamesOption();

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Steps of each network; without it those of its lecture.")
    private @Nullable Integer steps;

    @Option(
            names = "--results",
            paramLabel = "FILE",
            defaultValue = "runs/published.jsonl",
            description = "The results so far, one line of JSON for each model; default ${DEFAULT-VALUE}.")
    private Path results;

    @Option(
            names = "--readme",
            paramLabel = "FILE",
            arity = "0..1",
            fallbackValue = "README.md",
            description = {
                "Also write one row between the marks losses:begin and losses:end of this file, and the table between"
                        + " results:begin and results:end of jmh/RESULTS.md beside it; without FILE README.md."
            })
    private @Nullable Path readme;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (steps != null) {
            Checks.atLeast(1, "--steps", steps);
        }
        var names = data.names();
        if (readme != null) {
            checkReadme(readme, names);
        }
        Checks.notEmpty("--results", results);
        var file = new ResultsFile(results);
        var done = file.read();
        var out = spec.commandLine().getOut();
        var runs = new ArrayList<LectureRun>();
        for (var model : LectureModel.values()) {
            if (model.published().isThere()) {
                runs.add(run(model, names, done, file, out));
            }
        }
        var table = ResultsTable.markdown(runs);
        out.println();
        out.print(table);
        if (readme != null) {
            rewrite(readme, ResultsTable.ROW, ResultsTable.row(runs));
            rewrite(ledger(readme), ResultsTable.PART, table);
        }
        return ExitCode.DONE;
    }

    private void checkReadme(Path file, Names names) {
        Checks.notEmpty("--readme", file);
        if (steps != null || !LectureRun.digest(names).equals(LectureRun.NAMES)) {
            throw new WrongInputException(
                    "--readme: its table is of the lectures' steps and names: leave out --steps, and"
                            + " name the lecture's names.txt with --data");
        }
        rewritten(file, ResultsTable.ROW, "");
        rewritten(ledger(file), ResultsTable.PART, "");
    }

    /** The document of all losses and figures, in the project of this README. */
    private static Path ledger(Path readme) {
        return readme.resolveSibling("jmh").resolve("RESULTS.md");
    }

    /** The text of a file with this content in a marked part. */
    private static String rewritten(Path file, MarkedPart part, String content) {
        return part.replace(text(file), content)
                .orElseThrow(
                        () -> new WrongInputException("--readme: %s must have the lines %s and, below it, %s, once each"
                                .formatted(file, part.begin(), part.end())));
    }

    private static void rewrite(Path file, MarkedPart part, String content) {
        var text = rewritten(file, part, content);
        try {
            AtomicFile.write(file, text);
        } catch (IOException exception) {
            throw new FailedException("--readme: cannot write to " + file + ": " + RunFolder.reason(exception));
        }
    }

    private LectureRun run(LectureModel model, Names names, List<LectureRun> done, ResultsFile file, PrintWriter out) {
        int wanted = steps == null || model.defaults().steps() == 0
                ? model.defaults().steps()
                : steps;
        var digest = LectureRun.digest(names);
        var run = done.stream()
                .filter(other -> other.model() == model
                        && other.steps() == wanted
                        && other.names().equals(digest))
                .findFirst()
                .orElseGet(() -> {
                    var measured = LectureRun.measure(model, wanted, names);
                    file.add(measured);
                    return measured;
                });
        for (var row : ResultsTable.rows(run)) {
            out.printf(
                    Locale.ROOT,
                    "%-17s  %-11s  %8.4f  published %8.4f  %+.4f%n",
                    row.model().title(),
                    row.name(),
                    row.measured(),
                    row.published(),
                    row.difference());
        }
        out.flush();
        return run;
    }

    private static String text(Path file) {
        return new UserFile("--readme: ", file, "a document").text(MAXIMUM_BYTES);
    }
}
