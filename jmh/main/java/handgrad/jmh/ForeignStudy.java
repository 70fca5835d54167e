package handgrad.jmh;

import handgrad.page.Block;
import handgrad.page.Block.Sentence;
import java.util.ArrayList;
import java.util.List;

/** The cost of calling native code. */
final class ForeignStudy implements Study {
    @Override
    public String title() {
        return "ffm";
    }

    @Override
    public String question() {
        return "What does a call of native code cost through the foreign-function API, and how should arrays get "
                + "there?";
    }

    @Override
    public String method() {
        return "openblas_get_num_threads, cblas_sdot and small cblas_sgemm, as ordinary and as critical calls, "
                + "with arrays in the heap, in native memory or copied to it; each is compared with float64.";
    }

    @Override
    public String unit() {
        return "ns a call";
    }

    @Override
    public List<BenchmarkGroup> groups(Effort effort) {
        return List.of(BenchmarkGroup.of(ForeignBenchmark.class));
    }

    @Override
    public Score score(BenchmarkResult result) {
        var method = result.method();
        int place = method.startsWith("count") ? 5 : method.startsWith("dot") ? 3 : 4;
        var row = switch (method.substring(0, place)) {
            case "count" -> "get_num_threads";
            case "dot" -> "sdot " + result.parameter("n");
            default -> "sgemm " + result.parameter("side");
        };
        var column = switch (method.substring(place)) {
            case "Ordinary" -> "ordinary";
            case "Copied" -> "ordinary, copied";
            case "Critical" -> "critical";
            case "Arrays" -> "critical, heap";
            default -> "Java";
        };
        return result.score(row, column, micros -> micros * 1e3);
    }

    @Override
    public List<Block> findings(ScoreTable table) {
        var blocks = new ArrayList<Block>();
        blocks.add(Sentence.plain(
                "A call that only reads a number takes %s ns as an ordinary one and %s ns as a critical one."
                        .formatted(
                                StudyFindings.number(table.value("get_num_threads", "ordinary")),
                                StudyFindings.number(table.value("get_num_threads", "critical")))));
        var dots = table.where(row -> row.startsWith("sdot"));
        blocks.add(StudyFindings.compare(dots, "critical, heap", "takes %s times as long as", "ordinary"));
        blocks.add(StudyFindings.compare(dots, "ordinary, copied", "takes %s times as long as", "critical, heap"));
        blocks.add(StudyFindings.compare(dots, "Java", "takes %s times as long as", "critical, heap"));
        blocks.add(StudyFindings.compare(
                table.where(row -> row.startsWith("sgemm")), "Java", "takes %s times as long as", "critical, heap"));
        blocks.add(StudyFindings.chart(table, "Calls of native code", "call", unit()));
        return blocks;
    }
}
