package handgrad.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class EnvironmentTest {
    private static final Environment ALL_JAVA =
            new Environment("1", "25.0.3", "0.3.31", "Haswell", "Java", 256, true, 2);
    private static final Environment MIXED =
            new Environment("1", "25.0.3", "0.3.31", "SkylakeX", "OpenBLAS: most up to 9, else Java", 512, true, 2);

    private static Environment withBlas(Environment one, String blas, String core) {
        return new Environment(
                one.handgrad(), one.jdk(), blas, core, one.route(), one.vectorBits(), one.fma(), one.threads());
    }

    private static Environment withVectors(Environment one, int bits) {
        return new Environment(
                one.handgrad(), one.jdk(), one.blas(), one.core(), one.route(), bits, one.fma(), one.threads());
    }

    private static Environment withThreads(Environment one, int threads) {
        return new Environment(
                one.handgrad(), one.jdk(), one.blas(), one.core(), one.route(), one.vectorBits(), one.fma(), threads);
    }

    private static Environment withRoute(Environment one, String route) {
        return new Environment(
                one.handgrad(), one.jdk(), one.blas(), one.core(), route, one.vectorBits(), one.fma(), one.threads());
    }

    @Test
    void the_one_here_says_what_the_backend_says() {
        var here = Backend.environment();
        assertThat(here.jdk()).isEqualTo(Runtime.version().toString());
        assertThat(here.handgrad()).isEqualTo(Backend.version()).isNotEmpty();
        assertThat(Backend.matmul()).startsWith(here.route() + " (");
        assertThat(Backend.vectors())
                .startsWith(here.vectorBits() == 0 ? "vectors off" : here.vectorBits() + "-bit")
                .endsWith(here.fma() ? ", fused multiply-add" : ", no fused multiply-add");
        assertThat(here.threads()).isEqualTo(Backend.threads());
        if (Backend.blas().startsWith("off")) {
            assertThat(here.blas()).isEqualTo("off");
            assertThat(here.route()).isEqualTo("Java");
        } else {
            assertThat(Backend.blas()).contains(here.blas(), here.core());
        }
        assertThat(here.differences(Backend.environment())).isEmpty();
    }

    @Test
    void threads_change_no_bits() {
        assertThat(MIXED.differences(withThreads(MIXED, 64))).isEmpty();
    }

    @Test
    void the_jdk_changes_no_bits() {
        var other = new Environment("1", "26", "0.3.31", "Haswell", "Java", 256, true, 2);
        assertThat(ALL_JAVA.differences(other)).isEmpty();
    }

    @Test
    void without_products_in_openblas_neither_it_nor_the_vectors_change_bits() {
        assertThat(ALL_JAVA.differences(withVectors(ALL_JAVA, 0))).isEmpty();
        assertThat(ALL_JAVA.differences(withVectors(withBlas(ALL_JAVA, "off", "off"), 128)))
                .isEmpty();
    }

    @Test
    void with_products_in_openblas_they_do() {
        assertThat(MIXED.differences(withBlas(MIXED, "0.3.30", "Haswell")))
                .containsExactly("OpenBLAS 0.3.31 SkylakeX (here 0.3.30 Haswell)");
        assertThat(MIXED.differences(withVectors(MIXED, 256)))
                .containsExactly("512-bit vectors (here 256-bit vectors)");
        var all = withRoute(MIXED, "OpenBLAS");
        assertThat(all.differences(withVectors(all, 256))).isEmpty();
        assertThat(MIXED.differences(all))
                .containsExactly("matrix products in OpenBLAS: most up to 9, else Java (here OpenBLAS)");
        assertThat(ALL_JAVA.differences(withBlas(withRoute(ALL_JAVA, "OpenBLAS"), "0.3.30", "Haswell")))
                .containsExactly(
                        "OpenBLAS 0.3.31 Haswell (here 0.3.30 Haswell)", "matrix products in Java (here OpenBLAS)");
    }

    @Test
    void versions_and_fma_change_bits_everywhere() {
        var other = new Environment("2", "25.0.3", "off", "off", "Java", 256, false, 2);
        assertThat(ALL_JAVA.differences(other)).isEqualTo(List.of("handgrad 1 (here 2)", "FMA (here no FMA)"));
    }
}
