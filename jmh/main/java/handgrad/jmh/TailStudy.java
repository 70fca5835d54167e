package handgrad.jmh;

import handgrad.page.Block;
import handgrad.page.Block.Sentence;
import java.util.ArrayList;
import java.util.List;

/** Ends of rows that do not fill a vector. */
final class TailStudy implements Study {
    @Override
    public String title() {
        return "tails";
    }

    @Override
    public String question() {
        return "How is a row best finished whose length is not a multiple of the vector?";
    }

    @Override
    public String method() {
        return "A product over 32 rows, row by row; the rest of a row in a scalar loop, under a mask, by an "
                + "overlapping vector, or padded away.";
    }

    @Override
    public String unit() {
        return "ns a row";
    }

    @Override
    public List<BenchmarkGroup> groups(Effort effort) {
        return List.of(BenchmarkGroup.of(TailBenchmark.class));
    }

    @Override
    public Score score(BenchmarkResult result) {
        var column = switch (result.method()) {
            case "scalarTail" -> "scalar tail";
            default -> result.method();
        };
        return result.score(result.parameter("columns"), column, micros -> micros * 1e3 / TailBenchmark.ROWS);
    }

    @Override
    public List<Block> findings(ScoreTable table) {
        var blocks = new ArrayList<>(StudyFindings.slower(table, "scalar tail"));
        boolean boxed = table.scores().stream().anyMatch(score -> score.column().equals("masked") && score.allocates());
        blocks.add(Sentence.plain(boxed ? "Masks were boxed: a call allocates." : "Masks were not boxed."));
        blocks.add(StudyFindings.chart(table, "Ends of rows", "floats in a row", unit()));
        return blocks;
    }
}
