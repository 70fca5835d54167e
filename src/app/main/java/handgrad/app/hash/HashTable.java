package handgrad.app.hash;

import handgrad.app.command.ExitCode;
import handgrad.app.command.Machine;
import handgrad.app.command.Progress;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The hashes of weights after short trainings: settings down, models across. OpenBLAS is off, whose bits nobody
 * promises.
 *
 * @param steps of each training
 */
public record HashTable(int steps) {
    /** Steps of a training unless told otherwise. */
    public static final int STEPS = 300;

    /** Digits of a hash in the table; the whole one stands below it. */
    private static final int DIGITS = 8;

    private static final int NAME = 34;
    private static final int COLUMN = 15;

    /**
     * Trains every model under every setting, each setting in a JVM of its own, and prints a row as soon as it is
     * known.
     *
     * @return the exit code: whether all are the same, and those that are published
     */
    public int print(PrintWriter out) {
        return print(HashSetting.all(), List.of(HashedModel.values()), out);
    }

    int print(List<HashSetting> settings, List<HashedModel> models, PrintWriter out) {
        out.printf(Locale.ROOT, "%s, %s, JDK %s%n", Machine.cpu(), Machine.system(), Machine.jdk());
        out.printf(Locale.ROOT, "weights after %,d %s, sha256, OpenBLAS off%n%n", steps, steps == 1 ? "step" : "steps");
        out.println(row("", models, HashedModel::title));
        out.flush();
        var rows = new ArrayList<HashRow>();
        try (var progress = new Progress("hashes", (long) settings.size() * models.size(), false)) {
            for (var setting : settings) {
                long before = (long) rows.size() * models.size();
                var done = new int[1];
                var row = HashRow.of(setting, models, steps, () -> progress.done(before + ++done[0]));
                rows.add(row);
                progress.done(before + models.size());
                progress.log(out, text(row, models));
            }
        }
        return judge(rows, models, PublishedHashes.read(), out);
    }

    private static String text(HashRow row, List<HashedModel> models) {
        return row.hashes().isEmpty()
                ? cell(row.setting().name(), NAME) + "not on this CPU"
                : row(row.setting().name(), models, model -> shortened(hash(row, model)));
    }

    /** Prints the verdict on each model, and its whole hashes; returns the exit code. */
    int judge(List<HashRow> rows, List<HashedModel> models, PublishedHashes published, PrintWriter out) {
        // Of a CPU without fused multiply-add all rows are without, and agree as well.
        boolean fused = rows.stream().anyMatch(HashRow::fused);
        var compared = rows.stream()
                .filter(row -> row.fused() == fused && !row.hashes().isEmpty())
                .toList();
        Function<HashedModel, List<String>> hashes = model ->
                compared.stream().map(row -> hash(row, model)).distinct().toList();
        Function<HashedModel, String> onPublished = model -> published
                .of(model, steps)
                .map(hash -> hashes.apply(model).equals(List.of(hash)) ? "same" : "DIFFERS")
                .orElse("none");
        out.println();
        out.println(row("all settings", models, model -> hashes.apply(model).size() == 1 ? "same" : "DIFFERS"));
        if (fused) {
            out.println(row("as published", models, onPublished));
        }
        out.println();
        for (var model : models) {
            out.printf("%-13s  sha256 %s%n", model.title(), String.join(", ", hashes.apply(model)));
            out.printf("%-13s  %s%n", "", model.command(steps));
        }
        exceptions(rows, fused).forEach(line -> out.printf("%n%s%n", line));
        out.flush();
        boolean good = models.stream()
                .allMatch(model -> hashes.apply(model).size() == 1
                        && !(fused && onPublished.apply(model).equals("DIFFERS")));
        return good ? ExitCode.DONE : ExitCode.FAILED;
    }

    private static List<String> exceptions(List<HashRow> rows, boolean fused) {
        if (!fused) {
            return List.of("This CPU has no fused multiply-add: it rounds the product and then the sum, so its bits"
                    + " are others than the promised ones.");
        }
        return rows.stream().allMatch(HashRow::fused)
                ? List.of()
                : List.of("Without fused multiply-add the product is rounded and then the sum, so those bits are"
                        + " others than the promised ones.");
    }

    private static String hash(HashRow row, HashedModel model) {
        var hash = row.hashes().get(model);
        if (hash == null) {
            throw new IllegalStateException(row.setting().name() + " has no " + model.title());
        }
        return hash;
    }

    private static String shortened(String hash) {
        return hash.substring(0, DIGITS);
    }

    private static String row(String name, List<HashedModel> models, Function<HashedModel, String> value) {
        return models.stream()
                .map(model -> cell(value.apply(model), COLUMN))
                .collect(Collectors.joining("", cell(name, NAME), ""))
                .stripTrailing();
    }

    private static String cell(String text, int width) {
        return text + " ".repeat(Math.max(1, width - text.length()));
    }
}
