package handgrad.blas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OpenBlasOffTest {
    /** Multiplies although OpenBLAS is off, and prints what it is told. */
    static final class Program {
        static void main() {
            try {
                OpenBlas.sgemm(false, false, 1, 1, 1, 1, new float[1], 0, 1, new float[1], 0, 1, 0, new float[1], 0, 1);
            } catch (IllegalStateException refusal) {
                IO.println(OpenBlas.isAvailable() + " " + OpenBlas.library() + " " + refusal.getMessage());
            }
        }
    }

    @Test
    void refusesToMultiply() throws IOException {
        assertThat(ChildJvm.run(Program.class, Map.of("HANDGRAD_BLAS", "off")))
                .isEqualTo("false Optional.empty sgemm: OpenBLAS is off: HANDGRAD_BLAS=off");
    }

    @Test
    void doesNotThrowWhereALibraryIsBroken() throws IOException {
        assertThat(ChildJvm.run(Program.class, Map.of("HANDGRAD_BLAS", "/missing/libopenblas.so")))
                .isEqualTo("false Optional.empty sgemm: OpenBLAS is off: HANDGRAD_BLAS=/missing/libopenblas.so:"
                        + " there is no such file");
    }
}
