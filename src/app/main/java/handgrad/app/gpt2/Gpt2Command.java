package handgrad.app.gpt2;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What is done with files of llm.c; the work is in its subcommands. */
@Command(
        name = "gpt2",
        description = "Checks this GPT-2 by the files of llm.c (https://github.com/karpathy/llm.c).",
        subcommands = Gpt2CheckCommand.class)
public final class Gpt2Command implements Runnable {
    @Spec
    private CommandSpec spec;

    /** Without a subcommand: the help. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }
}
