package handgrad.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import handgrad.file.AtomicFile;
import handgrad.io.FaultPlan.Crash;
import handgrad.io.FaultPlan.Fault;
import handgrad.io.SmallTraining.Method;
import handgrad.io.SmallTraining.Net;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each operation of a save and of a read failing in each way, and a crash at each: the old checkpoint or the new one is
 * whole, always.
 */
@Tag("no-kernel")
class CheckpointFaultTest {
    private static final int OLD = 2;
    private static final int NEW = 3;
    private static final int CHANCES = 2;

    @TempDir
    private Path folder;

    /** Ways in which a training is saved again and again in one folder. */
    enum Saving {
        ONE_FILE(0) {
            @Override
            void write(Path folder, TrainingState state) throws IOException {
                Checkpoint.write(folder.resolve("training.safetensors"), state);
            }

            @Override
            void read(Path folder, TrainingState state, List<String> told) throws IOException {
                Checkpoint.read(folder.resolve("training.safetensors"), state);
            }
        },
        KEEP_1(1),
        KEEP_2(2);

        private final int keep;

        Saving(int keep) {
            this.keep = keep;
        }

        void write(Path folder, TrainingState state) throws IOException {
            new CheckpointFolder(folder.resolve("run"), keep).write(state);
        }

        /** Reads the last one that is whole. */
        void read(Path folder, TrainingState state, List<String> told) throws IOException {
            assertThat(new CheckpointFolder(folder.resolve("run"), keep).readNewest(state, told::add))
                    .isPresent();
        }
    }

    static Stream<Arguments> faults() {
        return Stream.concat(
                Stream.of(Saving.ONE_FILE, Saving.KEEP_1).map(saving -> Arguments.of(saving, Fault.FAILS)),
                Stream.of(Fault.ALL_FAIL, Fault.FULL, Fault.SHORT).map(fault -> Arguments.of(Saving.KEEP_1, fault)));
    }

    private final SmallTraining old = new SmallTraining(Net.DROPOUT, Method.ADAM_W, 1).train(OLD);
    private final SmallTraining next = new SmallTraining(Net.DROPOUT, Method.ADAM_W, 1).train(NEW);
    private final SmallTraining reader = old.another();
    private final Map<String, Object> oldBits = old.bits();
    private final Map<String, Object> nextBits = next.bits();

    /** A file system with a checkpoint of the old step. */
    private FaultyFileSystem withOld(Saving saving, int n) throws IOException {
        var fileSystem = new FaultyFileSystem(Files.createDirectory(folder.resolve(saving + "-" + n)));
        saving.write(fileSystem.root(), old.state());
        return fileSystem;
    }

    private Map<String, Object> read(Saving saving, FaultyFileSystem fileSystem) throws IOException {
        var told = new ArrayList<String>();
        saving.read(fileSystem.root(), reader.train(1).state(), told);
        assertThat(told).isEmpty();
        return reader.bits();
    }

    private static List<Path> all(FaultyFileSystem fileSystem, Predicate<String> name) throws IOException {
        try (var files = Files.walk(fileSystem.root())) {
            return files.filter(each -> name.test(each.getFileName().toString()))
                    .toList();
        }
    }

    private static void removeTemporaries(FaultyFileSystem fileSystem) throws IOException {
        try (var files = Files.walk(fileSystem.root())) {
            for (var each : files.filter(Files::isDirectory).toList()) {
                AtomicFile.removeTemporaries(each);
            }
        }
    }

    private static void assertOneLine(SafetensorsException exception, FaultyFileSystem fileSystem) {
        assertThat(exception).hasMessageStartingWith(fileSystem.root() + "/").hasMessageNotContaining("\n");
    }

    @ParameterizedTest
    @MethodSource("faults")
    void a_save_that_fails_leaves_the_old_checkpoint_or_the_new_one(Saving saving, Fault fault) throws IOException {
        boolean reached = true;
        int failed = 0;
        for (int n = 1; reached; n++) {
            var fileSystem = withOld(saving, n);
            fileSystem.plan().arm(fault, n);
            boolean written = false;
            try {
                saving.write(fileSystem.root(), next.state());
                written = true;
            } catch (SafetensorsException exception) {
                assertOneLine(exception, fileSystem);
                failed++;
            }
            reached = fileSystem.plan().wasReached();
            fileSystem.plan().disarm();

            assertThat(read(saving, fileSystem))
                    .as("operation %d, written %s", n, written)
                    .isIn(written ? List.of(nextBits) : List.of(oldBits, nextBits));
            if (fault != Fault.ALL_FAIL) {
                assertThat(all(fileSystem, name -> name.endsWith(".tmp"))).isEmpty();
            }
            // The disk has room again, or the process was started again.
            removeTemporaries(fileSystem);
            saving.write(fileSystem.root(), next.state());
            assertThat(read(saving, fileSystem)).isEqualTo(nextBits);
        }
        assertThat(failed).isGreaterThan(fault == Fault.SHORT ? -1 : 4);
        assertThat(next.bits()).as("saving changes nothing").isEqualTo(nextBits);
    }

    @ParameterizedTest
    @EnumSource
    void a_crash_in_a_save_leaves_the_old_checkpoint_or_the_new_one(Saving saving) throws IOException {
        assertCrashesLeaveOne(saving, CHANCES);
    }

    @Tag("long")
    @ParameterizedTest
    @EnumSource
    void many_crashes_in_a_save_leave_the_old_checkpoint_or_the_new_one(Saving saving) throws IOException {
        assertCrashesLeaveOne(saving, 100);
    }

    /** A crash at each operation, and of each one that keeps nothing and some that keep by chance. */
    private void assertCrashesLeaveOne(Saving saving, int chances) throws IOException {
        boolean reached = true;
        int n = 0;
        int olds = 0;
        while (reached) {
            n++;
            for (int chance = 0; chance < chances; chance++) {
                var fileSystem = withOld(saving, n * chances + chance);
                fileSystem.plan().arm(Fault.CRASH, n);
                boolean written = false;
                try {
                    saving.write(fileSystem.root(), next.state());
                    written = true;
                } catch (Crash crash) {
                    assertThat(fileSystem.plan().wasReached()).isTrue();
                }
                reached = fileSystem.plan().wasReached();
                fileSystem.crash(chance == 0 ? null : new SplittableRandom(1000L * n + chance));

                var read = read(saving, fileSystem);
                assertThat(read)
                        .as("crash at operation %d, chance %d", n, chance)
                        .isIn(written ? List.of(nextBits) : List.of(oldBits, nextBits));
                olds += read.equals(oldBits) ? 1 : 0;

                removeTemporaries(fileSystem);
                assertThat(all(fileSystem, name -> name.endsWith(".tmp"))).isEmpty();
                saving.write(fileSystem.root(), next.state());
                assertThat(read(saving, fileSystem)).isEqualTo(nextBits);
            }
        }
        assertThat(n).isGreaterThan(6);
        assertThat(olds).isBetween(chances, n * chances - chances);
    }

    @ParameterizedTest
    @EnumSource
    void a_read_that_fails_changes_nothing_and_is_no_damage(Saving saving) throws IOException {
        boolean reached = true;
        int n = 0;
        while (reached) {
            var fileSystem = withOld(saving, ++n);
            var training = reader.train(1);
            var before = training.bits();
            fileSystem.plan().arm(Fault.FAILS, n);
            try {
                saving.read(fileSystem.root(), training.state(), new ArrayList<>());
                assertThat(training.bits()).isEqualTo(oldBits);
                reached = fileSystem.plan().wasReached();
            } catch (SafetensorsException exception) {
                assertOneLine(exception, fileSystem);
                assertThat(training.bits()).isEqualTo(before);
            }
            fileSystem.plan().disarm();
            assertThat(all(fileSystem, name -> name.endsWith(".damaged"))).isEmpty();
            assertThat(read(saving, fileSystem)).isEqualTo(oldBits);
        }
        assertThat(n).isGreaterThan(6);
    }

    @ParameterizedTest
    @EnumSource(names = {"KEEP_1", "KEEP_2"})
    void the_first_save_fails_or_is_there(Saving saving) throws IOException {
        boolean reached = true;
        for (int n = 1; reached; n++) {
            var fileSystem = new FaultyFileSystem(Files.createDirectory(folder.resolve("first-" + n)));
            fileSystem.plan().arm(Fault.CRASH, n);
            try {
                saving.write(fileSystem.root(), old.state());
            } catch (Crash crash) {
                assertThat(fileSystem.plan().wasReached()).isTrue();
            }
            reached = fileSystem.plan().wasReached();
            fileSystem.crash(null);
            if (!reached) {
                assertThat(read(saving, fileSystem)).isEqualTo(oldBits);
            } else {
                assertThat(new CheckpointFolder(fileSystem.root().resolve("run"), 1)
                                .readNewest(reader.state(), line -> {}))
                        .as("nothing, or what is whole")
                        .satisfiesAnyOf(
                                file -> assertThat(file).isEmpty(),
                                file -> assertThat(reader.bits()).isEqualTo(oldBits));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"KEEP_1", "KEEP_2"})
    void a_folder_that_cannot_be_looked_at_is_not_an_empty_one(Saving saving) throws IOException {
        var fileSystem = withOld(saving, 0);
        fileSystem.plan().arm(Fault.ALL_FAIL, 1);
        assertThatExceptionOfType(SafetensorsException.class)
                .isThrownBy(() -> saving.read(fileSystem.root(), reader.state(), new ArrayList<>()))
                .withMessage(fileSystem.root().resolve("run") + ": cannot be read, No space left on device");
    }
}
