package handgrad.jmh;

import handgrad.page.Block;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Figures in Markdown: for the terminal, and for the marked parts of {@code jmh/RESULTS.md} and the README. */
final class Ledger {
    /** The model whose training step the README quotes. */
    private static final String README_STEP = "mlp-bn";

    private Ledger() {}

    /** What all studies share, then each of them. */
    static String figures(Map<Study, Figures> all) {
        var text = new StringBuilder();
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

    /** One row of the training steps beside other libraries, for the README; empty if they were not measured. */
    static String speed(Map<Study, Figures> all) {
        var scores = all.entrySet().stream()
                .filter(entry -> entry.getKey() instanceof PeersStudy)
                .flatMap(entry -> entry.getValue().scores().stream())
                .filter(score -> score.row().equals(README_STEP))
                .toList();
        if (scores.isEmpty()) {
            return "";
        }
        var columns = new ArrayList<>(List.of("one training step, in µs"));
        var cells = new ArrayList<>(List.of("`" + README_STEP + "`"));
        for (var score : scores) {
            columns.add(score.column());
            cells.add(StudyFindings.number(score.median()));
        }
        return markdown(new Block.Table("Speed", columns, List.of(cells)));
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
