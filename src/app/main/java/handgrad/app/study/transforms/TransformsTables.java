package handgrad.app.study.transforms;

import handgrad.app.report.Text;
import handgrad.app.study.Table;

/** The tables of the study of transforms, for terminal and page. */
final class TransformsTables {
    private TransformsTables() {}

    /** How well a linear model fits. */
    static Table fit(Transforms study) {
        var table = new Table("transform", "skew", "R² on test", "max leverage", "residual skew");
        for (var row : study.rows()) {
            table.add(
                    row.title(),
                    Text.fixed(2, row.skew()),
                    Text.fixed(4, row.number("r2")),
                    Text.fixed(4, row.number("leverage")),
                    Text.fixed(2, row.number("residual skew")));
        }
        return table;
    }

    /** How hard its weights are to find. */
    static Table descent(Transforms study) {
        var table = new Table("transform", "κ", "λmax", "2/λmax", "found", "steps", "found", "from 0");
        for (var row : study.rows()) {
            table.add(
                    row.title(),
                    digits(row.number("condition")),
                    digits(row.largestEigenvalue()),
                    step(row.number("step predicted")),
                    step(row.number("step found")),
                    steps(row.number("steps predicted"), study),
                    steps(row.number("steps found"), study),
                    steps(row.number("steps from zero"), study));
        }
        return table;
    }

    /** Theory beside what was found. */
    static Table closedForms(Transforms study) {
        var table = new Table("one feature", "skew", "κ", "κ found", "steps", "steps found");
        for (var known : study.closedForms()) {
            table.add(
                    known.title(),
                    Text.fixed(2, known.skew()),
                    sixDigits(known.found().number("condition predicted")),
                    sixDigits(known.found().number("condition found")),
                    Text.count((long) known.found().number("steps predicted")),
                    Text.count((long) known.found().number("steps found")));
        }
        return table;
    }

    /** The condition numbers of the hidden layer. */
    static Table hidden(Transforms study) {
        var table = new Table("hidden layer of mlp-bn", "steps", "dimensions", "λmax", "κ");
        for (var hidden : study.hidden()) {
            for (var place : new String[] {"before", "after", "after tanh"}) {
                double[] eigenvalues = hidden.numbers().list(place);
                table.add(
                        place.equals("after tanh") ? place : place + " BatchNorm",
                        Text.count(hidden.steps()),
                        Text.count(HiddenLayer.rank(eigenvalues)),
                        digits(eigenvalues[0]),
                        digits(HiddenLayer.condition(eigenvalues)));
            }
        }
        return table;
    }

    /** A step size with five digits: it is found to more than four. */
    private static String step(double value) {
        return value >= 1e-3 && value < 1e4
                ? Text.fixed(Math.max(0, 4 - (int) Math.floor(Math.log10(value))), value)
                : "%.4e".formatted(value).replace('-', '−');
    }

    private static String sixDigits(double value) {
        return value >= 1e5
                ? Text.count(Math.round(value))
                : Text.fixed(Math.max(0, 5 - (int) Math.floor(Math.log10(value))), value);
    }

    /** Three digits, or all before the point. */
    static String digits(double value) {
        return value >= 100 && value < 1e7 ? Text.count(Math.round(value)) : Text.digits(value);
    }

    static String steps(double steps, Transforms study) {
        return steps < 0 ? "> " + Text.count(study.limit()) : Text.count((long) steps);
    }
}
