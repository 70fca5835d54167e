package handgrad.app.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.app.command.WrongInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskSpaceTest {
    @TempDir
    private Path folder;

    @Test
    void a_run_that_fits_may_start() {
        assertThatNoException().isThrownBy(() -> DiskSpace.requireRoom("--out", folder, 1, 2));
        assertThatNoException().isThrownBy(() -> DiskSpace.requireRoom("--out", folder, 500, 500));
        assertThatNoException().isThrownBy(() -> DiskSpace.requireRoom("--out", folder, -1, 1e18));
    }

    @Test
    void says_what_is_free_what_is_needed_and_what_to_do() {
        assertThatThrownBy(() -> DiskSpace.requireRoom("--out", folder, 3_999_999, 4e6))
                .isInstanceOf(WrongInputException.class)
                .hasMessage("--out: " + folder + " has 4.0 MB of room, and its checkpoints need 4.0 MB; make room, name"
                        + " a folder on another disk, or give a smaller --keep");
        assertThatThrownBy(() -> DiskSpace.requireRoom("--out", folder, 0, 2e21))
                .isInstanceOf(WrongInputException.class)
                .hasMessageContaining(" has 0 bytes of room, and its checkpoints need 2,000,000 PB; ");
    }

    @Test
    void two_more_are_needed_than_are_kept() {
        assertThatThrownBy(() -> DiskSpace.requireRoom("--out", folder, 1_000_000_000_000_000L, 2))
                .isInstanceOf(WrongInputException.class)
                .hasMessageContaining(" and its checkpoints need 4 PB; ");
    }

    /** A disk with room for a run has room for its second half. */
    @Test
    void what_is_there_already_needs_no_room() throws Exception {
        Files.write(folder.resolve("checkpoint-5.safetensors"), new byte[1000]);
        Files.write(folder.resolve("metrics.jsonl"), new byte[500]);
        assertThat(DiskSpace.needed(folder, 1000, 2)).isEqualTo(3000);
        assertThat(DiskSpace.needed(folder, 300, 1)).isEqualTo(-100);
    }
}
