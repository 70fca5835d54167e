package handgrad.app.mpi;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.Main;
import handgrad.mpi.Launcher;
import handgrad.testing.RankLauncher;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RanksReportTest {
    private static final RankFacts WIDE = new RankFacts("a", 8, "0-7", 8, 8);
    private static final RankFacts NARROW = new RankFacts("a", 1, "3", 8, 1);

    @Test
    void ranksThatRunAlikeHaveOneLine() {
        var other = new RankFacts("b", 2, "", 2, 1);
        assertThat(report(WIDE, WIDE, NARROW, other, other, other).places())
                .containsExactly(
                        "ranks 0 to 1 on a: 8 processors (0-7), 8 threads",
                        "rank 2 on a: 1 processor (3), 1 thread",
                        "ranks 3 to 5 on b: 2 processors, 1 thread");
    }

    @Test
    void rankZeroExchangesOnItsMachineAndWithAnother() {
        var other = new RankFacts("b", 8, "0-7", 8, 8);
        assertThat(report(WIDE).peers()).isEmpty();
        assertThat(report(WIDE, WIDE, WIDE).peers()).isEqualTo(Map.of("on one machine", 1));
        assertThat(report(WIDE, other, WIDE, other).peers())
                .isEqualTo(Map.of("on two machines", 1, "on one machine", 2));
    }

    @Test
    void warnsOfARankWithFewerProcessorsThanItsShare() {
        assertThat(report(NARROW, NARROW).warnings())
                .containsExactly("warning: on a a rank is bound to 1 of 8 processors, its share is 4; start with"
                        + " --bind-to none or --map-by slot:pe=4");
        assertThat(new RanksReport(Launcher.Kind.MPICH, List.of(NARROW, WIDE)).warnings())
                .containsExactly("warning: on a a rank is bound to 1 of 8 processors, its share is 4; start with"
                        + " -bind-to none");
        assertThat(new RanksReport(Launcher.Kind.SLURM, List.of(NARROW)).warnings())
                .containsExactly("warning: on a a rank is bound to 1 of 8 processors, its share is 8; start with"
                        + " --cpus-per-task=8");
    }

    @Test
    void warnsOfMoreThreadsThanProcessors() {
        assertThat(report(WIDE, WIDE).warnings())
                .containsExactly("warning: on a there are 16 threads for 8 processors, and a rank that waits keeps one"
                        + " busy; start with --map-by slot:pe=4, or with fewer ranks");
        assertThat(new RanksReport(Launcher.Kind.MPICH, List.of(WIDE, WIDE)).warnings())
                .containsExactly("warning: on a there are 16 threads for 8 processors, and a rank that waits keeps one"
                        + " busy; start with -bind-to core:4, or with fewer ranks");
    }

    @Test
    void isContentWhereEachRankHasItsShare() {
        var half = new RankFacts("a", 4, "0-3", 8, 4);
        assertThat(report(WIDE).warnings()).isEmpty();
        assertThat(report(half, half).warnings()).isEmpty();
        assertThat(report(WIDE, new RankFacts("b", 8, "0-7", 8, 8)).warnings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"'', 0", "0, 1", "'0-3,8', 5", "'0,2,4-5', 4", "x, 0"})
    void countsProcessorsInAList(String list, int count) {
        assertThat(RankFacts.count(list)).isEqualTo(count);
    }

    @ParameterizedTest
    @EnumSource(names = "OPEN_MPI")
    void doctorReportsTheRanks(RankLauncher launcher) throws Exception {
        var result = RankJob.run(launcher, 2, Map.of(), Main.class, "doctor");

        assertThat(result.code()).as(result.err()).isZero();
        var name = launcher == RankLauncher.OPEN_MPI ? "Open MPI" : "MPICH";
        var rows = result.out().lines().toList();
        var ranks = rows.subList(
                rows.indexOf(rows.stream()
                        .filter(row -> row.startsWith("ranks "))
                        .findFirst()
                        .orElseThrow()),
                rows.size());
        assertThat(ranks.getFirst()).matches("ranks     2, started by mpi(run|exec) of " + name);
        assertThat(ranks.get(1)).matches("          " + name + " [\\d.]+, " + name + " ABI, libmpi\\S+");
        assertThat(ranks.get(2)).matches("          ranks 0 to 1 on \\S+: \\d+ processors?.*, \\d+ threads?");
        assertThat(ranks.get(3))
                .matches("          rank 0 with rank 1, on one machine: [\\d.]+ µs for 8 bytes, [\\d.]+ GB/s each way"
                        + " for 4 MiB");
        assertThat(ranks.getLast()).isEqualTo("speed     is measured by doctor without a launcher");
        assertThat(rows).filteredOn(row -> row.startsWith("CPU ")).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(names = "MPICH")
    @Tag("long")
    void soItDoesUnderAnotherLauncher(RankLauncher launcher) throws Exception {
        doctorReportsTheRanks(launcher);
    }

    @ParameterizedTest
    @EnumSource(RankLauncher.class)
    void whatFailsInAllRanksIsSaidOnce(RankLauncher launcher) throws Exception {
        var result = RankJob.run(launcher, 2, Map.of("HANDGRAD_MPI", "/missing/libmpi.so"), Main.class, "doctor");

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err().lines().filter(line -> line.startsWith("handgrad")))
                .containsExactly("handgrad: MPI: HANDGRAD_MPI=/missing/libmpi.so: there is no such file");
    }

    private static RanksReport report(RankFacts... ranks) {
        return new RanksReport(Launcher.Kind.OPEN_MPI, Stream.of(ranks).toList());
    }
}
