package handgrad.app;

import handgrad.app.command.ExitCode;
import handgrad.app.command.WrongInputException;
import handgrad.check.registry.Proof;
import handgrad.check.registry.Registry;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks the hand-written gradients of the engine. */
@Command(
        name = "check",
        description = {
            "Compares every hand-written gradient with central differences, in float64.",
            "",
            "The error in the table is the largest difference of a tensor, relative to its largest derivative."
        })
final class CheckCommand implements Callable<Integer> {
    private static final int NEAREST = 3;

    @Parameters(
            arity = "0..1",
            paramLabel = "NAME",
            description = "What to check: an operation, layer or loss, or how its name begins, as Tensor. or sum;"
                    + " without it everything.")
    private @Nullable String name;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        var out = spec.commandLine().getOut();
        return CheckTable.print(matching(Registry.proofs(), name == null ? "" : name), out)
                ? ExitCode.DONE
                : ExitCode.FAILED;
    }

    /** The operations whose name begins like this, with or without its class; case does not matter. */
    private static List<Proof> matching(List<Proof> operations, String name) {
        var wanted = name.toLowerCase(Locale.ROOT);
        var found = operations.stream()
                .filter(operation -> {
                    var full = operation.name().toLowerCase(Locale.ROOT);
                    return full.startsWith(wanted) || full.contains("." + wanted);
                })
                .toList();
        if (found.isEmpty()) {
            throw new WrongInputException(
                    "check: there is no %s; the nearest are %s".formatted(name, nearest(operations, wanted)));
        }
        return found;
    }

    private static String nearest(List<Proof> operations, String wanted) {
        return operations.stream()
                .map(operation -> operation.name().replaceAll("[(,].*", ""))
                .distinct()
                .sorted(Comparator.comparingInt(name -> distance(name.toLowerCase(Locale.ROOT), wanted)))
                .limit(NEAREST)
                .collect(Collectors.joining(", "));
    }

    /** How many letters to insert, delete or replace to make one word of the other (Levenshtein's distance). */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
