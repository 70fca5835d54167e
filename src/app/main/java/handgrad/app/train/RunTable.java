package handgrad.app.train;

import handgrad.app.report.NumberText;
import handgrad.file.PrintableText;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Runs side by side: a row for each thing that is said of them, and of their options for each that differs. */
final class RunTable {
    /** Options that have rows of their own. */
    private static final Set<String> NO_OPTIONS = Set.of("model", "steps", "alphabet", "names");

    /** Stands for what a run does not have. */
    static final String NONE = "–";

    /** The most characters of a cell: of a long path the end says more than the beginning. */
    private static final int LONGEST = 14;

    /** Digits of an option such as a rate. */
    private static final int DIGITS = 4;

    /** Columns of a terminal, less one. */
    private static final int WIDTH = 79;

    /** One thing, and what it is in each run. */
    record Row(String name, List<String> cells) {
        /** Whether it has numbers alone, or dashes. */
        boolean isNumeric() {
            return cells.stream().allMatch(cell -> cell.matches("−?[0-9.,]+(e[−+]?[0-9]+)?|" + NONE));
        }
    }

    private final List<ComparedRun> runs;
    private final List<Row> rows = new ArrayList<>();

    RunTable(List<ComparedRun> runs) {
        this.runs = runs;
        add("model", run -> run.option("model", NONE));
        runs.stream()
                .flatMap(run -> run.options().keySet().stream())
                .distinct()
                .filter(name -> !NO_OPTIONS.contains(name))
                .forEach(name -> addIfDifferent(flag(name), run -> value(run.option(name, NONE))));
        addIfDifferent("symbols", run -> symbols(run.option("alphabet", "")));
        addIfDifferent("names", run -> beginning(run.option("names", NONE)));
        add("steps", run -> NumberText.count(run.steps()));
        add("steps asked", run -> asked(run.option("steps", NONE)));
        add("finished", run -> run.isFinished() ? "yes" : "no");
        add("first loss", run -> NumberText.loss(run.firstLoss()));
        add("last loss", run -> NumberText.loss(run.lastLoss()));
        add(
                "best " + ComparedRun.judges(runs),
                run -> run.best().map(best -> NumberText.loss(best.loss())).orElse(NONE));
        add(
                "after steps",
                run -> run.best().map(best -> NumberText.count(best.steps())).orElse(NONE));
        var splits = new LinkedHashSet<>(List.of("train", "dev", "test"));
        runs.forEach(run -> run.metrics().finals().forEach(last -> splits.add(last.split())));
        splits.forEach(split -> add(split, run -> NumberText.loss(run.finalLoss(split))));
        add("seconds", run -> NumberText.fixed(1, run.seconds()));
        add("ms a step", run -> NumberText.digits(run.milliseconds()));
    }

    private void add(String name, Function<ComparedRun, String> cell) {
        rows.add(new Row(
                PrintableText.excerpt(name),
                runs.stream().map(cell).map(RunTable::shortened).toList()));
    }

    private void addIfDifferent(String name, Function<ComparedRun, String> cell) {
        // What a run of an earlier version does not say is no difference.
        if (runs.stream()
                        .filter(run -> !run.options().isEmpty())
                        .map(cell)
                        .distinct()
                        .count()
                > 1) {
            add(name, cell);
        }
    }

    /** {@code --batch-size} of {@code batchSize}. */
    private static String flag(String name) {
        return "--" + name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    /** How many symbols an alphabet has, with the end of a name. */
    private static String symbols(String alphabet) {
        return alphabet.isEmpty() ? NONE : NumberText.count(1L + alphabet.codePointCount(0, alphabet.length()));
    }

    /** As much of a digest as tells two apart. */
    private static String beginning(String digest) {
        return digest.length() <= 8 ? digest : digest.substring(0, 8) + "…";
    }

    private static String asked(String steps) {
        return steps.matches("[0-9]{1,9}") ? NumberText.count(Long.parseLong(steps)) : steps;
    }

    /** An option as it is written, a fraction with few digits. */
    private static String value(String option) {
        if (!option.matches("-?[0-9]+([.][0-9]+)?(E-?[0-9]{1,3})?")) {
            return option;
        }
        if (option.matches("-?[0-9]+")) {
            return option.replace('-', '−');
        }
        var rounded = new BigDecimal(option).round(new MathContext(DIGITS)).stripTrailingZeros();
        var plain = rounded.toPlainString();
        return (plain.length() <= LONGEST ? plain : rounded.toString().replace('E', 'e')).replace('-', '−');
    }

    private static String shortened(String cell) {
        int length = cell.codePointCount(0, cell.length());
        return PrintableText.of(
                length <= LONGEST ? cell : "…" + cell.substring(cell.offsetByCodePoints(0, length - LONGEST + 1)));
    }

    List<Row> rows() {
        return rows;
    }

    /** Prints the folders and the rows; where a line would be too long, the runs come in several tables. */
    void print(PrintWriter out) {
        runs.forEach(run ->
                out.println(run.letter() + "  " + PrintableText.of(run.path().toString())));
        int names = width(rows.stream().map(Row::name).toList());
        for (int from = 0; from < runs.size(); ) {
            int to = from;
            int width = names;
            while (to < runs.size() && (to == from || width + 2 + column(to) <= WIDTH)) {
                width += 2 + column(to++);
            }
            print(out, names, from, to);
            from = to;
        }
        out.flush();
    }

    private void print(PrintWriter out, int names, int from, int to) {
        out.println();
        out.println(" ".repeat(names)
                + IntStream.range(from, to)
                        .mapToObj(run ->
                                "  " + padded(String.valueOf(runs.get(run).letter()), column(run)))
                        .collect(Collectors.joining()));
        for (var row : rows) {
            out.println(row.name()
                    + " ".repeat(names - characters(row.name()))
                    + IntStream.range(from, to)
                            .mapToObj(run -> "  " + padded(row.cells().get(run), column(run)))
                            .collect(Collectors.joining()));
        }
    }

    private int column(int run) {
        return width(rows.stream().map(row -> row.cells().get(run)).toList());
    }

    private static int width(List<String> cells) {
        return cells.stream().mapToInt(RunTable::characters).max().orElse(0);
    }

    private static String padded(String cell, int width) {
        return " ".repeat(width - characters(cell)) + cell;
    }

    private static int characters(String text) {
        return text.codePointCount(0, text.length());
    }
}
