package handgrad.app.mpi;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.nn.Collective;
import handgrad.testing.RankLauncher;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MpiCollectiveTest {
    @ParameterizedTest
    @CsvSource({"OPEN_MPI, 2"})
    void trainsToTheBitsOfOneRank(RankLauncher launcher, int ranks) throws Exception {
        var result = RankJob.run(launcher, ranks, Map.of(), CollectiveProgram.class);

        assertThat(result.out())
                .isEqualTo("rank 0 of " + ranks + ": " + CollectiveProgram.train(Collective.single()) + "\n");
        assertThat(result.code()).isZero();
    }

    @Tag("long")
    @ParameterizedTest
    @CsvSource({
        "OPEN_MPI, 1",
        "OPEN_MPI, 3",
        "OPEN_MPI, 4",
        "OPEN_MPI, 8",
        "MPICH, 1",
        "MPICH, 2",
        "MPICH, 3",
        "MPICH, 8"
    })
    void anyNumberOfRanksHasTheSameBits(RankLauncher launcher, int ranks) throws Exception {
        trainsToTheBitsOfOneRank(launcher, ranks);
    }

    @ParameterizedTest
    @EnumSource(RankLauncher.class)
    void oneRankThatAbortsEndsAll(RankLauncher launcher) throws Exception {
        var result = RankJob.run(launcher, 3, Map.of(), AbortingProgram.class);

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err().lines().filter(line -> line.startsWith("handgrad: ")))
                .containsExactly("handgrad: rank 2: there is no room");
    }

    /** Aborts in rank 2, for which the others wait. */
    static final class AbortingProgram {
        static void main() {
            var ranks = MpiCollective.open();
            if (ranks.rank() == 2) {
                ranks.abort("there is no room");
            }
            ranks.barrier();
            IO.println("not reached");
        }
    }
}
