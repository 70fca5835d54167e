package handgrad.app.study.puzzle;

import handgrad.app.study.StudyFolder;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * All that the page of the puzzle is made of.
 *
 * @param seeds of each puzzle
 * @param steps of each seed
 * @param runs of each puzzle of the table and of the grids
 * @param paths how single units die
 */
record PuzzleResults(int seeds, int steps, Map<Puzzle, PuzzleRun> runs, PuzzlePaths paths) {
    PuzzleResults {
        runs = Map.copyOf(runs);
    }

    /** Measures what the folder does not have. */
    static PuzzleResults measure(StudyFolder folder, int seeds, int steps) {
        var puzzles = new LinkedHashSet<Puzzle>();
        PuzzleTable.rows().forEach(row -> puzzles.add(row.puzzle()));
        for (var grid : PuzzleSweep.grids()) {
            grid.rows().forEach(row -> puzzles.addAll(row.puzzles()));
        }
        var ordered = List.copyOf(puzzles);
        var numbers = folder.measureAll(
                "not-puzzle",
                ordered.stream()
                        .map(puzzle -> PuzzleRun.experiment(puzzle, seeds, steps))
                        .toList());
        var runs = new HashMap<Puzzle, PuzzleRun>();
        for (int i = 0; i < ordered.size(); i++) {
            runs.put(ordered.get(i), PuzzleRun.of(numbers.get(i)));
        }
        return new PuzzleResults(
                seeds, steps, runs, PuzzlePaths.of(folder.measure(PuzzlePaths.experiment(seeds, steps))));
    }

    PuzzleRun of(Puzzle puzzle) {
        var run = runs.get(puzzle);
        if (run == null) {
            throw new IllegalArgumentException("not in the study: " + puzzle);
        }
        return run;
    }

    double fails(Puzzle puzzle) {
        var run = of(puzzle);
        return run.share(run.fails());
    }

    /** How many seeds of all puzzles have each label. */
    Map<PuzzleLabel, Integer> labels() {
        var counts = new EnumMap<PuzzleLabel, Integer>(PuzzleLabel.class);
        for (var run : runs.values()) {
            run.labels().forEach(label -> counts.merge(label, 1, Integer::sum));
        }
        return counts;
    }
}
