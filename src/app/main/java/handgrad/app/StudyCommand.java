package handgrad.app;

import handgrad.app.study.batchnorm.BatchNormCommand;
import handgrad.app.study.fold.BatchNormFoldCommand;
import handgrad.app.study.published.PublishedCommand;
import handgrad.app.study.puzzle.NotPuzzleCommand;
import handgrad.app.study.scale.ScaleCommand;
import handgrad.app.study.transforms.TransformsCommand;
import handgrad.app.study.trigram.TrigramCommand;
import handgrad.app.study.zeroinit.ZeroInitCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Lists the studies and runs one. A new study is a command of this package, and one more line here. */
@Command(
        name = "study",
        description = "Runs a study, a question about training answered by measuring; without a name lists them.",
        synopsisSubcommandLabel = "[NAME]",
        commandListHeading = "%nStudies:%n",
        subcommands = {
            ZeroInitCommand.class,
            BatchNormFoldCommand.class,
            TrigramCommand.class,
            PublishedCommand.class,
            NotPuzzleCommand.class,
            TransformsCommand.class,
            BatchNormCommand.class,
            ScaleCommand.class
        })
public final class StudyCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        var out = spec.commandLine().getOut();
        spec.subcommands()
                .forEach((name, study) -> out.printf(
                        "%-16s  %s%n",
                        name, study.getCommandSpec().usageMessage().description()[0]));
        out.println("./handgrad study NAME runs one; --help lists its options.");
    }
}
