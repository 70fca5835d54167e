package handgrad.kernel.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("no-kernel")
class DefaultThreadsTest {
    @Test
    void withoutSlurmThereIsOneForEachProcessor() {
        assertThat(DefaultThreads.of(8, null)).isEqualTo(new DefaultThreads(8, ""));
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "3, 3", "8, 8", "008, 8"})
    void slurmIsTheLimit(String given, int threads) {
        assertThat(DefaultThreads.of(8, given)).isEqualTo(new DefaultThreads(threads, "SLURM_CPUS_PER_TASK"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"9", "128", "999999999"})
    void moreThanTheProcessMayUseIsCut(String given) {
        assertThat(DefaultThreads.of(8, given))
                .isEqualTo(new DefaultThreads(
                        8,
                        "SLURM_CPUS_PER_TASK is %d, but the process may use 8 processors"
                                .formatted(Integer.valueOf(given))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "-2", "two", "4(x2)", "1.5", "99999999999", "٣"})
    void whatIsNoNumberIsNotFollowed(String given) {
        assertThat(DefaultThreads.of(8, given))
                .isEqualTo(new DefaultThreads(8, "SLURM_CPUS_PER_TASK is no number of processors and not followed"));
    }

    @Test
    void threadsStartWithIt() {
        assertThat(Parallel.defaultThreadsOrigin())
                .isEqualTo(DefaultThreads.ofThisProcess().origin());
    }
}
