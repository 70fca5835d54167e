package handgrad.app.train;

import handgrad.app.command.Checks;
import handgrad.app.command.ExitCode;
import handgrad.app.command.FailedException;
import handgrad.app.command.WrongInputException;
import handgrad.file.AtomicFile;
import handgrad.file.PrintableText;
import handgrad.page.Browser;
import handgrad.page.PageHtml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows several runs side by side. */
@Command(
        name = "compare",
        description = {
            "Prints what differs between runs, finished or not: options, losses, time; and draws their losses on a"
                    + " page, over steps and over seconds."
        },
        sortOptions = false)
public final class CompareCommand implements Callable<Integer> {
    /** As many curves as a reader can tell apart. */
    private static final int MOST = 12;

    @Parameters(arity = "1..*", paramLabel = "RUN", description = "Run folders of train or audio, from 2 to 12.")
    private List<Path> folders;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            defaultValue = "compare.html",
            description = "The page; default ${DEFAULT-VALUE}.")
    private Path out = Path.of("compare.html");

    @Option(names = "--open", description = "Open the page in the browser.")
    private boolean open;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        checkOut();
        var runs = runs();
        var table = new RunTable(runs);
        var printer = spec.commandLine().getOut();
        table.print(printer);
        write(PageHtml.text(ComparePage.of(runs, table)));
        printer.println();
        printer.println(PrintableText.of("page: " + out));
        if (open && !Browser.open(out.toUri())) {
            printer.println("No browser could be started here; open " + out.toUri());
        }
        printer.flush();
        return ExitCode.DONE;
    }

    private void checkOut() {
        Checks.notEmpty("--out", out);
        var parent = out.toAbsolutePath().getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new WrongInputException("--out: there is no folder " + out.getParent());
        }
        if (Files.isDirectory(out)) {
            throw new WrongInputException("--out: " + out + " is a folder; name a file");
        }
    }

    private List<ComparedRun> runs() {
        if (folders.size() < 2) {
            throw new WrongInputException("compare takes at least 2 runs; name the folder of another");
        }
        if (folders.size() > MOST) {
            throw new WrongInputException(
                    "compare takes at most %d runs, these are %d; leave out some".formatted(MOST, folders.size()));
        }
        var runs = new ArrayList<ComparedRun>();
        var seen = new HashMap<Path, Path>();
        for (var folder : folders) {
            if (folder.toString().isEmpty()) {
                throw new WrongInputException("the name of a run is empty; name its folder");
            }
            var run = ComparedRun.read((char) ('A' + runs.size()), folder);
            var before = seen.putIfAbsent(real(folder), folder);
            if (before != null) {
                throw new WrongInputException(
                        before.equals(folder)
                                ? folder + " is named twice; leave it out once"
                                : before + " and " + folder + " are one folder; leave out one");
            }
            runs.add(run);
        }
        return runs;
    }

    private static Path real(Path folder) {
        try {
            return folder.toRealPath();
        } catch (IOException exception) {
            throw new WrongInputException(folder + " cannot be read: " + RunFolder.reason(exception));
        }
    }

    private void write(String page) {
        try {
            AtomicFile.write(out, page);
        } catch (IOException exception) {
            throw new FailedException("the page cannot be written to " + out + ": " + RunFolder.reason(exception));
        }
    }
}
