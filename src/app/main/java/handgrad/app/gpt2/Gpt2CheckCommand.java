package handgrad.app.gpt2;

import handgrad.app.command.Checks;
import handgrad.app.command.ExitCode;
import handgrad.app.command.WrongInputException;
import handgrad.io.Gpt2FileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs llm.c's test. */
@Command(
        name = "check",
        description = {
            "Runs llm.c's test: a forward pass, a backward pass and ten steps of AdamW on the batch of a debug state."
                    + " The logits must be within 0.01 of those in the file, the gradients within 0.02, and the losses"
                    + " of the published 124M model within 0.01 of llm.c's.",
            "The files are those that llm.c downloads or writes; 124M takes about 3 GB of memory, which -Xmx4g in"
                    + " front of gpt2 gives. Of a model of another size the ten losses are printed and not compared."
        },
        sortOptions = false)
final class Gpt2CheckCommand implements Callable<Integer> {
    private static final String MODEL = "gpt2_124M.bin";
    private static final String STATE = "gpt2_124M_debug_state.bin";

    @Parameters(arity = "0..1", paramLabel = "FOLDER", description = "The folder with " + MODEL + " and " + STATE + ".")
    private @Nullable Path folder;

    @Option(names = "--model", paramLabel = "FILE", description = "The model, instead of the one in FOLDER.")
    private @Nullable Path model;

    @Option(names = "--state", paramLabel = "FILE", description = "The debug state, instead of the one in FOLDER.")
    private @Nullable Path state;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        var check = new Gpt2Check(PublishedLosses.OF_124M, spec.commandLine().getOut());
        try {
            return check.run(file("--model", model, MODEL), file("--state", state, STATE))
                    ? ExitCode.DONE
                    : ExitCode.FAILED;
        } catch (Gpt2FileException exception) {
            throw new WrongInputException(String.valueOf(exception.getMessage()));
        }
    }

    private Path file(String option, @Nullable Path given, String name) {
        if (given != null) {
            Checks.notEmpty(option, given);
            return given;
        }
        if (folder == null) {
            throw new WrongInputException("gpt2 check: name the folder that has " + MODEL + " and " + STATE
                    + ", or give --model and --state");
        }
        Checks.notEmpty("FOLDER", folder);
        return folder.resolve(name);
    }
}
