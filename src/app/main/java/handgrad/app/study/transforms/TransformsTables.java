package handgrad.app.study.transforms;

import handgrad.app.report.NumberText;
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
                    NumberText.fixed(2, row.skew()),
                    NumberText.fixed(4, row.number("r2")),
                    NumberText.fixed(4, row.number("leverage")),
                    NumberText.fixed(2, row.number("residual skew")));
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
                    NumberText.fixed(2, known.skew()),
                    sixDigits(known.found().number("condition predicted")),
                    sixDigits(known.found().number("condition found")),
                    NumberText.count((long) known.found().number("steps predicted")),
                    NumberText.count((long) known.found().number("steps found")));
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
                        NumberText.count(hidden.steps()),
                        NumberText.count(HiddenLayer.rank(eigenvalues)),
                        digits(eigenvalues[0]),
                        digits(HiddenLayer.condition(eigenvalues)));
            }
        }
        return table;
    }

    /** A step size with five digits: it is found to more than four. */
    private static String step(double value) {
        return value >= 1e-3 && value < 1e4
                ? NumberText.fixed(Math.max(0, 4 - (int) Math.floor(Math.log10(value))), value)
                : "%.4e".formatted(value).replace('-', '−');
    }

    private static String sixDigits(double value) {
        return value >= 1e5
                ? NumberText.count(Math.round(value))
                : NumberText.fixed(Math.max(0, 5 - (int) Math.floor(Math.log10(value))), value);
    }

    /** Three digits, or all before the point. */
    static String digits(double value) {
        return value >= 100 && value < 1e7 ? NumberText.count(Math.round(value)) : NumberText.digits(value);
    }

    static String steps(double steps, Transforms study) {
        return steps < 0 ? "> " + NumberText.count(study.limit()) : NumberText.count((long) steps);
    }
}
