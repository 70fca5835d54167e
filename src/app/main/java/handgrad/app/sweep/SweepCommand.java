package handgrad.app.sweep;

import handgrad.app.command.Checks;
import handgrad.app.command.ExitCode;
import handgrad.app.command.FailedException;
import handgrad.app.command.WrongInputException;
import handgrad.app.report.NumberText;
import handgrad.file.PrintableText;
import handgrad.tensor.Backend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains every run of a file. */
@Command(
        name = "sweep",
        description = {
            "Trains many models, a row of options for each: columns are model and the options of train without --,",
            "such as model,lr,seed. A cell such as 0..199 or 0.1|0.01 stands for several, and a row for every choice"
                    + " of",
            "them. What is done is skipped, and a run that was stopped goes on: repeat the command after a kill."
        },
        subcommands = SweepMergeCommand.class,
        sortOptions = false)
public final class SweepCommand implements Callable<Integer> {
    private static final int MOST_JOBS = 1024;

    @Parameters(index = "0", arity = "0..1", paramLabel = "FILE.csv", description = "The runs.")
    private @Nullable Path file;

    @Option(names = "--out", paramLabel = "DIR", description = "The folder of the sweep; several tasks share one.")
    private @Nullable Path out;

    @Option(
            names = "--jobs",
            paramLabel = "N",
            description = "Runs at a time, each in a process; without it one for each thread that training may use.")
    private @Nullable Integer jobs;

    @Option(
            names = "--task",
            paramLabel = "i/n",
            description = "Do the ith of n shares only, from 1/n to n/n, as the tasks of a cluster do.")
    private @Nullable String task;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (file == null) {
            throw new WrongInputException("sweep wants the file of the runs, as in sweep runs.csv --out sweeps/a");
        }
        if (out == null) {
            throw new WrongInputException("sweep wants a folder for its runs: give --out DIR");
        }
        Checks.notEmpty("--out", out);
        var share = task == null ? SweepTask.ALL : SweepTask.of(task);
        int threads = Backend.threads();
        int parallel = jobs == null ? threads : jobs;
        Checks.between(1, MOST_JOBS, "--jobs", parallel);
        var sweep = SweepFile.read(file);
        var folder = new SweepFolder(out);
        if (Files.exists(out) && !Files.isDirectory(out)) {
            throw new WrongInputException("--out: " + out + " is a file; name a folder");
        }
        folder.begin(sweep.text());
        var runs = share.of(sweep.runs());
        var work = new SweepJobs(
                folder,
                parallel,
                Math.max(1, threads / parallel),
                spec.commandLine().getOut(),
                spec.commandLine().getErr());
        work.run(runs);
        for (var run : work.failed()) {
            spec.commandLine()
                    .getErr()
                    .println(PrintableText.of("handgrad: %s: line %d: %s: %s; all it printed is in %s"
                            .formatted(
                                    file,
                                    run.line(),
                                    run.text(),
                                    folder.failure(run).orElse("failed"),
                                    folder.log(run))));
        }
        long missing =
                runs.stream().filter(run -> folder.outcome(run).isEmpty()).count();
        if (missing > 0) {
            long elsewhere = work.elsewhere().stream()
                    .filter(run -> folder.outcome(run).isEmpty())
                    .count();
            throw new FailedException(("%s of %s runs are not done: %s failed, %s are at work in another sweep, "
                            + "%s were stopped by others")
                    .formatted(
                            NumberText.count(missing),
                            NumberText.count(runs.size()),
                            NumberText.count(work.failed().size()),
                            NumberText.count(elsewhere),
                            NumberText.count(missing - work.failed().size() - elsewhere)));
        }
        var printer = spec.commandLine().getOut();
        printer.println("%s runs are done; ./handgrad sweep merge %s makes their table"
                .formatted(NumberText.count(runs.size()), out));
        printer.flush();
        return ExitCode.DONE;
    }
}
