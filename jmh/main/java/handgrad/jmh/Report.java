package handgrad.jmh;

import handgrad.page.Block;
import handgrad.page.Block.Sentence;
import handgrad.page.Page;
import handgrad.page.Page.Section;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The stored figures as one page: the goals, then each study with its question, method, findings, charts and numbers.
 */
final class Report {
    private Report() {}

    /** The figures in a folder, in the order of the studies. */
    static Map<Study, Figures> read(Path folder) throws IOException {
        var all = new LinkedHashMap<Study, Figures>();
        for (var study : Studies.ALL) {
            var file = folder.resolve(study.title() + ".json");
            if (Files.exists(file)) {
                all.put(study, Figures.read(file));
            }
        }
        return all;
    }

    static Map<String, ScoreTable> tables(Map<Study, Figures> all) {
        var tables = new LinkedHashMap<String, ScoreTable>();
        all.forEach((study, figures) -> tables.put(study.title(), new ScoreTable(figures.scores())));
        return tables;
    }

    static Page page(Map<Study, Figures> all) {
        var sections = new ArrayList<Section>();
        var goals = Goals.of(tables(all));
        if (!goals.isEmpty()) {
            sections.add(new Section("goals", goals(goals)));
        }
        var shared = sharedFacts(all);
        all.forEach((study, figures) -> sections.add(section(study, figures, shared)));
        sections.add(new Section("machine", List.of(facts("All studies were measured on", shared))));
        long noisy = all.values().stream().filter(Figures::isNoisy).count();
        var status = "%d of %d studies%s."
                .formatted(
                        all.size(),
                        Studies.ALL.size(),
                        noisy == 0 ? "" : ", %d of them on a noisy machine".formatted(noisy));
        return new Page("handgrad: benchmarks", status, false, sections);
    }

    private static List<Block> goals(List<Goals.Goal> goals) {
        return goals.stream()
                .<Block>map(goal -> Sentence.judged(
                        goal.met(), "%s: %s; the goal is %s.".formatted(goal.work(), goal.measured(), goal.goal())))
                .toList();
    }

    /** The facts that all studies share: most often the machine. */
    static Map<String, String> sharedFacts(Map<Study, Figures> all) {
        var shared = new LinkedHashMap<String, String>();
        all.values().stream().findFirst().ifPresent(figures -> shared.putAll(figures.facts()));
        all.values()
                .forEach(figures -> shared.entrySet().retainAll(figures.facts().entrySet()));
        return shared;
    }

    /** The facts of one study that the others do not share. */
    static Map<String, String> ownFacts(Figures figures, Map<String, String> shared) {
        var own = new LinkedHashMap<>(figures.facts());
        own.keySet().removeAll(shared.keySet());
        return own;
    }

    private static Block facts(String caption, Map<String, String> facts) {
        return new Block.Table(
                caption,
                List.of("", ""),
                facts.entrySet().stream()
                        .map(fact -> List.of(fact.getKey(), fact.getValue()))
                        .toList());
    }

    /** All numbers, for a study that makes no table of its own. */
    static Block.Table medians(Study study, ScoreTable table) {
        boolean compared = table.columns().contains(study.own())
                && table.columns().stream().anyMatch(study::isRival);
        var columns = new ArrayList<>(List.of(study.unit()));
        columns.addAll(table.columns());
        if (compared) {
            columns.add(study.higherIsBetter() ? study.own() + " / best other" : "best other / " + study.own());
        }
        var rows = new ArrayList<List<String>>();
        for (var row : table.rows()) {
            var cells = new ArrayList<>(List.of(row));
            table.columns().forEach(column -> cells.add(StudyFindings.number(table.value(row, column))));
            if (compared) {
                cells.add(StudyFindings.ratio(table.speed(study, row)));
            }
            rows.add(List.copyOf(cells));
        }
        return new Block.Table("Medians", columns, rows);
    }

    private static Section section(Study study, Figures figures, Map<String, String> shared) {
        var table = new ScoreTable(figures.scores());
        var blocks = new ArrayList<Block>();
        blocks.add(Sentence.plain(study.question()));
        blocks.add(Sentence.plain(study.method()));
        for (var note : figures.notes()) {
            blocks.add(note.startsWith(Figures.NOISY) ? Sentence.judged(false, note) : Sentence.plain(note));
        }
        var findings = study.findings(table);
        blocks.addAll(findings);
        if (findings.stream().noneMatch(Block.Table.class::isInstance)) {
            blocks.add(medians(study, table));
        }
        blocks.add(facts("This study was measured with", ownFacts(figures, shared)));
        return new Section(study.title(), blocks);
    }
}
