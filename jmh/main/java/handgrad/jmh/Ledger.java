package handgrad.jmh;

import handgrad.page.Block;
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
        text.append("## Goals\n\n").append(goals(all)).append("\n");
        var shared = Report.sharedFacts(all);
        if (!shared.isEmpty()) {
            text.append("## Machine\n\n").append(facts(shared)).append("\n");
        }
        all.forEach((study, figures) -> text.append(section(study, figures, Report.ownFacts(figures, shared)))
                .append("\n"));
        return text.toString().stripTrailing() + "\n";
    }

    /** The goals as a table. */
    static String goals(Map<Study, Figures> all) {
        var text = new StringBuilder("| work | goal | measured | met |\n|---|---:|---:|---|\n");
        Goals.of(Report.tables(all))
                .forEach(goal -> text.append("| %s | %s | %s | %s |%n"
                        .formatted(goal.work(), goal.goal(), goal.measured(), goal.met() ? "yes" : "no")));
        return text.toString();
    }

    /** One study, with these of its facts. */
    static String section(Study study, Figures figures, Map<String, String> facts) {
        var text = new StringBuilder("## " + study.title() + "\n\n" + study.question() + "\n\n");
        var table = new ScoreTable(figures.scores());
        var findings = study.findings(table);
        var tables = findings.stream()
                .filter(Block.Table.class::isInstance)
                .map(Block.Table.class::cast)
                .toList();
        (tables.isEmpty() ? List.of(Report.medians(study, table)) : tables)
                .forEach(each -> text.append(markdown(each)));
        figures.notes().forEach(note -> text.append("\n").append(note).append("\n"));
        findings.forEach(block -> {
            if (block instanceof Block.Sentence(var _, var sentence)) {
                text.append("\n").append(sentence).append("\n");
            }
        });
        return facts.isEmpty()
                ? text.toString()
                : text.append("\n").append(facts(facts)).toString();
    }

    private static String facts(Map<String, String> facts) {
        var text = new StringBuilder();
        facts.forEach((name, value) -> text.append("- %s: %s%n".formatted(name, value)));
        return text.toString();
    }

    private static String markdown(Block.Table table) {
        var text = new StringBuilder("| " + String.join(" | ", table.columns()) + " |\n");
        text.append("|---|").append("---:|".repeat(table.columns().size() - 1)).append('\n');
        table.rows()
                .forEach(
                        row -> text.append("| ").append(String.join(" | ", row)).append(" |\n"));
        return text.toString();
    }
}
