package handgrad.jmh;

import handgrad.examples.page.Block;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Figures in Markdown: for the terminal, and together as {@code jmh/RESULTS.md}. */
final class Ledger {
    private Ledger() {}

    /** The whole file. */
    static String of(Map<Study, Figures> all) {
        var text = new StringBuilder("""
                # Results

                Written by `./handgrad bench --report` from `jmh/results`, where `./handgrad bench --full` keeps its figures.
                A figure is the median of the samples of all processes; their range is in the JSON files. Ratios above 1
                are in handgrad's favour, but for what is called a time.

                """);
        var goals = Goals.of(Report.tables(all));
        if (!goals.isEmpty()) {
            text.append("## Goals\n\n| work | goal | measured | met |\n|---|---:|---:|---|\n");
            goals.forEach(goal -> text.append("| %s | %s | %s | %s |%n"
                    .formatted(goal.work(), goal.goal(), goal.measured(), goal.met() ? "yes" : "no")));
            text.append("\n");
        }
        var shared = Report.sharedFacts(all);
        if (!shared.isEmpty()) {
            text.append("## Machine\n\n").append(facts(shared)).append("\n");
        }
        all.forEach((study, figures) -> text.append(section(study, figures, Report.ownFacts(figures, shared)))
                .append("\n"));
        return text.toString().stripTrailing() + "\n";
    }

    /** One study, with these of its facts. */
    static String section(Study study, Figures figures, Map<String, String> facts) {
        var text = new StringBuilder("## " + study.title() + "\n\n" + study.question() + "\n\n");
        text.append(table(study, new Table(figures.scores())));
        sentences(study, figures)
                .forEach(sentence -> text.append("\n").append(sentence).append("\n"));
        return facts.isEmpty()
                ? text.toString()
                : text.append("\n").append(facts(facts)).toString();
    }

    private static String facts(Map<String, String> facts) {
        var text = new StringBuilder();
        facts.forEach((name, value) -> text.append("- %s: %s%n".formatted(name, value)));
        return text.toString();
    }

    /** The notes of the run and what the numbers say. */
    private static List<String> sentences(Study study, Figures figures) {
        var sentences = new ArrayList<>(figures.notes());
        study.findings(new Table(figures.scores())).forEach(block -> {
            if (block instanceof Block.Sentence(var _, var text)) {
                sentences.add(text);
            }
        });
        return sentences;
    }

    private static String table(Study study, Table table) {
        var columns = table.columns();
        boolean compared = columns.contains(study.own()) && columns.stream().anyMatch(study::isRival);
        var ratio = study.higherIsBetter() ? study.own() + " / best other" : "best other / " + study.own();
        var text = new StringBuilder("| %s | %s |%s%n"
                .formatted(study.unit(), String.join(" | ", columns), compared ? " " + ratio + " |" : ""));
        text.append("|---|")
                .append("---:|".repeat(columns.size() + (compared ? 1 : 0)))
                .append('\n');
        for (var row : table.rows()) {
            text.append("| ").append(row).append(" |");
            for (var column : columns) {
                double value = table.value(row, column);
                text.append(Double.isNaN(value) ? " |" : " " + Findings.number(value) + " |");
            }
            if (compared) {
                double speed = table.speed(study, row);
                text.append(Double.isNaN(speed) ? " |" : " " + Findings.ratio(speed) + " |");
            }
            text.append('\n');
        }
        return text.toString();
    }
}
