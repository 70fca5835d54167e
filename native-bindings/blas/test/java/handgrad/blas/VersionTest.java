package handgrad.blas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VersionTest {
    @ParameterizedTest
    @CsvSource({
        "OpenBLAS 0.3.31 DYNAMIC_ARCH NO_AFFINITY Cooperlake MAX_THREADS=64, 0.3.31",
        "OpenBLAS 0.3.30.dev  Zen, 0.3.30",
        "OpenBLAS 1.10.2, 1.10.2"
    })
    void readsTheConfig(String config, String version) throws UnusableLibraryException {
        assertThat(Version.fromConfig(config)).hasToString(version);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "NO_LAPACK Haswell", "OpenBLAS 0.3", "OpenBLAS 0.3.99999999999"})
    void saysThatAConfigHasNoVersion(String config) {
        assertThatThrownBy(() -> Version.fromConfig(config))
                .isInstanceOf(UnusableLibraryException.class)
                .hasMessage("openblas_get_config gives no version: \"" + config + "\"");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 2, 40, false",
        "0, 3, 20, false",
        "0, 3, 21, true",
        "0, 3, 29, true",
        "0, 3, 30, false",
        "0, 3, 31, true",
        "1, 0, 0, true"
    })
    void trustsByNumber(int major, int minor, int patch, boolean trusted) {
        var version = new Version(major, minor, patch);
        if (trusted) {
            assertThatCode(version::requireTrusted).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(version::requireTrusted).hasMessageStartingWith("OpenBLAS " + version + " ");
        }
    }

    @Test
    void concurrentCallsNeedTheFixOfTheLocks() {
        assertThat(new Version(0, 3, 33).allowsConcurrentCalls()).isFalse();
        assertThat(new Version(0, 3, 34).allowsConcurrentCalls()).isTrue();
        assertThat(new Version(0, 4, 0).allowsConcurrentCalls()).isTrue();
    }
}
