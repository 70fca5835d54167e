package handgrad.app.train;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.CommandResult;
import handgrad.app.JavaProcess;
import handgrad.app.Main;
import handgrad.app.mpi.RankJob;
import handgrad.testing.RankLauncher;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Trainings of which each rank is a process. */
class MpiTrainTest {
    @TempDir
    private Path folder;

    private Path names;

    @BeforeEach
    void writeNames() throws Exception {
        names = Files.write(folder.resolve("names.txt"), List.of("emma", "olivia", "ava", "isabella", "sophia", "mia"));
    }

    private String[] command(String run, String model) {
        return ("train " + model + " --threads 1 --data " + names + " --out " + folder.resolve(run)).split(" ");
    }

    private static List<String> words(CommandResult result) {
        return result.err()
                .lines()
                .filter(line -> line.startsWith("handgrad: "))
                .toList();
    }

    private void requireSameBits(RankLauncher launcher, int ranks, String model) throws Exception {
        var alone = CommandResult.of(command("alone", model));
        var result = RankJob.run(launcher, ranks, Map.of(), Main.class, command("ranks", model));
        assertThat(words(result)).isEmpty();
        assertThat(result.code()).isZero();
        assertThat(result.out().lines().filter(line -> line.startsWith("weights ")))
                .singleElement()
                .isEqualTo(alone.out().lines().toList().getLast());
    }

    @ParameterizedTest
    @CsvSource({"OPEN_MPI, 2"})
    void processes_give_the_bits_of_one(RankLauncher launcher, int ranks) throws Exception {
        requireSameBits(launcher, ranks, "wavenet-flat-8 --hidden 8 --batch-size 16 --steps 6 --shards 8");
    }

    @ParameterizedTest
    @CsvSource({"OPEN_MPI, 2"})
    void with_statistics_of_the_whole_batch_as_well(RankLauncher launcher, int ranks) throws Exception {
        requireSameBits(
                launcher, ranks, "mlp-bn --hidden 8 --batch-size 13 --steps 6 --shards 8 --batch-norm synchronized");
    }

    @ParameterizedTest
    @CsvSource({"OPEN_MPI, 1", "OPEN_MPI, 3", "OPEN_MPI, 4", "MPICH, 3"})
    @Tag("long")
    void any_number_of_processes_does(RankLauncher launcher, int ranks) throws Exception {
        requireSameBits(launcher, ranks, "mlp --hidden 8 --steps 20 --shards 8 --eval-every 5");
    }

    @ParameterizedTest
    @EnumSource(names = "MPICH")
    @Tag("long")
    void so_it_is_under_another_launcher(RankLauncher launcher) throws Exception {
        what_fails_in_all_processes_is_said_once(launcher);
    }

    @ParameterizedTest
    @EnumSource(names = "OPEN_MPI")
    void what_fails_in_all_processes_is_said_once(RankLauncher launcher) throws Exception {
        var result = RankJob.run(launcher, 3, Map.of(), Main.class, command("ranks", "mlp --shards 2"));
        assertThat(words(result))
                .containsExactly("handgrad: --shards 2 is fewer than the 3 ranks, each of which wants a shard; start"
                        + " fewer, or give more shards");
        assertThat(result.code()).isEqualTo(2);
        assertThat(folder.resolve("ranks")).doesNotExist();
    }

    /** Two programs of one job: rank 1 has a heap of its own. */
    @ParameterizedTest
    @EnumSource
    @Tag("long")
    void a_rank_without_memory_ends_all(RankLauncher launcher) throws Exception {
        var command = command("ranks", "mlp --shards 2 --hidden 500 --batch-size 4000 --steps 100000");
        var more = new ArrayList<>(List.of(":", "-n", "1"));
        more.addAll(JavaProcess.command(List.of("-Xmx24m"), Main.class, command));
        var all = Stream.concat(Stream.of(command), more.stream()).toArray(String[]::new);
        var result = RankJob.run(launcher, 1, Map.of(), Main.class, all);
        assertThat(words(result))
                .singleElement()
                .asString()
                .matches("handgrad: mlp with --batch-size 4000, --hidden 500, --embedding 10 and --block-size 3 needs"
                        + " \\d+ MiB, and Java may use \\d+ MiB here: make one of them smaller, or give more memory,"
                        + " as in ./handgrad -Xmx1g train ...");
        assertThat(result.code()).isEqualTo(2);
        assertThat(folder.resolve("ranks")).doesNotExist();
    }
}
