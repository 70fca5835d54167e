package handgrad.app.mpi;

import handgrad.mpi.Communicator;
import handgrad.mpi.Launcher;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** What {@code doctor} says of the ranks that a launcher started: where they run, and how fast they exchange. */
public final class RanksReport {
    private final Launcher.Kind launcher;
    private final List<RankFacts> facts;

    RanksReport(Launcher.Kind launcher, List<RankFacts> facts) {
        this.launcher = launcher;
        this.facts = facts;
    }

    /**
     * The lines; every rank calls it, and gets the same but for the figures, which are of rank 0.
     *
     * @param launcher who started the ranks
     */
    public static List<String> of(Communicator ranks, Launcher launcher) {
        var report = new RanksReport(launcher.kind(), RankFacts.own().gather(ranks));
        var lines = new ArrayList<String>();
        lines.add("%d, started by %s".formatted(ranks.size(), launcher.kind()));
        lines.add(ranks.library());
        lines.addAll(report.places());
        for (var peer : report.peers().entrySet()) {
            var link = RankLink.measure(ranks, peer.getValue());
            lines.add("rank 0 with rank %d, %s: %s".formatted(peer.getValue(), peer.getKey(), link));
        }
        lines.addAll(report.warnings());
        return lines;
    }

    /** One line for all ranks that follow each other and run alike. */
    List<String> places() {
        var lines = new ArrayList<String>();
        int first = 0;
        for (int rank = 1; rank <= facts.size(); rank++) {
            if (rank == facts.size() || !facts.get(rank).equals(facts.get(first))) {
                var place = facts.get(first);
                var processors = place.list().isEmpty() ? "" : " (" + place.list() + ")";
                lines.add("%s on %s: %s%s, %s"
                        .formatted(
                                rank - first == 1 ? "rank " + first : "ranks " + first + " to " + (rank - 1),
                                place.host(),
                                number(place.processors(), "processor"),
                                processors,
                                number(place.threads(), "thread")));
                first = rank;
            }
        }
        return lines;
    }

    /** Whom rank 0 exchanges with: the first other rank on its machine, and the first on another. */
    SequencedMap<String, Integer> peers() {
        var peers = new LinkedHashMap<String, Integer>();
        for (int rank = 1; rank < facts.size(); rank++) {
            boolean near = facts.get(rank).host().equals(facts.getFirst().host());
            peers.putIfAbsent(near ? "on one machine" : "on two machines", rank);
        }
        return peers;
    }

    /** Of each machine: whether a rank has fewer processors than its share, or all have more threads than there are. */
    List<String> warnings() {
        var byHost = new LinkedHashMap<String, List<RankFacts>>();
        facts.forEach(rank ->
                byHost.computeIfAbsent(rank.host(), _ -> new ArrayList<>()).add(rank));
        var lines = new ArrayList<String>();
        byHost.forEach((host, ranks) -> {
            int online = ranks.getFirst().online();
            int share = Math.max(1, online / ranks.size());
            int fewest = ranks.stream().mapToInt(RankFacts::processors).min().orElseThrow();
            int threads = ranks.stream().mapToInt(RankFacts::threads).sum();
            if (fewest < share) {
                lines.add("warning: on %s a rank is bound to %d of %s, its share is %d; start with %s"
                        .formatted(host, fewest, number(online, "processor"), share, binding(share)));
            } else if (threads > online) {
                lines.add("warning: on %s there are %s for %s, and a rank that waits keeps one busy; start with %s"
                        .formatted(host, number(threads, "thread"), number(online, "processor"), sharing(share)));
            }
        });
        return lines;
    }

    /** Options of the launcher that give a rank more processors. */
    private String binding(int processors) {
        return switch (launcher) {
            case OPEN_MPI -> "--bind-to none or --map-by slot:pe=" + processors;
            case MPICH -> "-bind-to none";
            case SLURM -> "--cpus-per-task=" + processors;
        };
    }

    /** Options of the launcher that give each rank processors of its own. */
    private String sharing(int processors) {
        return switch (launcher) {
            case OPEN_MPI -> "--map-by slot:pe=" + processors + ", or with fewer ranks";
            case MPICH -> "-bind-to core:" + processors + ", or with fewer ranks";
            case SLURM -> "--cpus-per-task=" + processors + ", or with fewer tasks";
        };
    }

    private static String number(int count, String word) {
        return count + " " + word + (count == 1 ? "" : "s");
    }
}
