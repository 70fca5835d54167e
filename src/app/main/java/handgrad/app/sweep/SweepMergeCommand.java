package handgrad.app.sweep;

import handgrad.app.command.ExitCode;
import handgrad.app.command.FailedException;
import handgrad.app.command.WrongInputException;
import handgrad.app.report.NumberText;
import handgrad.app.train.RunFolder;
import handgrad.file.AtomicFile;
import handgrad.file.PrintableText;
import handgrad.page.PageHtml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes the table and the page of a sweep. */
@Command(
        name = "merge",
        description = {
            "Writes results.csv, a row for each run, and report.html, which groups of seeds differ, into the folder of"
                    + " a",
            "sweep; also while it runs, with what there is."
        })
public final class SweepMergeCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "The folder of the sweep.")
    private Path path;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        var folder = new SweepFolder(path);
        if (!Files.isRegularFile(folder.file())) {
            throw new WrongInputException(
                    path + " is no folder of a sweep: it has no sweep.csv, which ./handgrad sweep writes");
        }
        var results = SweepResults.read(folder);
        try {
            AtomicFile.write(folder.results(), results.csv());
            AtomicFile.write(folder.report(), PageHtml.text(SweepPage.of(results)));
        } catch (IOException exception) {
            throw new FailedException("the results cannot be written to " + path + ": " + RunFolder.reason(exception));
        }
        var printer = spec.commandLine().getOut();
        printer.println(PrintableText.of("table: " + folder.results()));
        printer.println(PrintableText.of("page:  " + folder.report()));
        printer.flush();
        long failed = results.count(SweepResults.Result::hasFailed);
        long missing = results.results().size() - results.count(SweepResults.Result::isDone) - failed;
        if (failed + missing > 0) {
            throw new FailedException("of %s runs %s failed and %s are not done; the table says which"
                    .formatted(
                            NumberText.count(results.results().size()),
                            NumberText.count(failed),
                            NumberText.count(missing)));
        }
        return ExitCode.DONE;
    }
}
