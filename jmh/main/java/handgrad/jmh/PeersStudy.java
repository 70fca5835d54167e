package handgrad.jmh;

import handgrad.jmh.peer.Workload;
import handgrad.page.Block;
import java.util.ArrayList;
import java.util.List;

/** Training steps against other libraries. */
final class PeersStudy implements Study {
    /** Libraries and programs, if all are there, and the seconds that each takes to start. */
    private static final int PEERS = 6;

    private static final double START = 3;

    @Override
    public String title() {
        return "peers";
    }

    @Override
    public String question() {
        return "How fast is a training step beside other libraries, with the same weights, batches and threads?";
    }

    @Override
    public String method() {
        return "Each measurement is a process of its own; the libraries take turns. A time counts only if the first "
                + "ten losses are those of handgrad. NumPy and C multiply with the OpenBLAS that handgrad uses.";
    }

    @Override
    public String unit() {
        return "µs a step";
    }

    @Override
    public String own() {
        return "handgrad";
    }

    @Override
    public List<BenchmarkGroup> groups(Effort effort) {
        return List.of();
    }

    @Override
    public Score score(BenchmarkResult result) {
        throw new IllegalStateException("the peers are measured in processes of their own");
    }

    @Override
    public double expectedSeconds(Effort effort) {
        double process = START + effort.warmups() + effort.iterations() * effort.seconds();
        return Workload.values().length * PEERS * effort.forks() * process;
    }

    @Override
    public List<Score> measure(Effort effort, StudyProgress progress, List<String> notes) {
        return Peers.run(effort, notes);
    }

    @Override
    public List<Block> findings(ScoreTable table) {
        var blocks = new ArrayList<Block>();
        table.columns().stream()
                .filter(this::isRival)
                .forEach(peer -> blocks.add(StudyFindings.compare(table, peer, "takes %s times as long as", own())));
        blocks.add(StudyFindings.chart(table, "A training step by each library", "workload", unit()));
        return blocks;
    }
}
