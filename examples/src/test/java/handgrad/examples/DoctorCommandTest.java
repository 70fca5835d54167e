package handgrad.examples;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.tensor.Backend;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class DoctorCommandTest {
    @Test
    void printsARowForEachPart() {
        var out = new StringWriter();
        int threads = Backend.threads();
        int code = new CommandLine(new DoctorCommand(32, 1024, 3))
                .setOut(new PrintWriter(out))
                .execute();
        assertThat(code).isZero();
        assertThat(out.toString()
                        .lines()
                        .map(line -> line.substring(0, 9).strip())
                        .filter(name -> !name.isEmpty()))
                .containsExactly("CPU", "system", "JDK", "heap", "vectors", "BLAS", "threads", "matmul", "memory");
        assertThat(out.toString())
                .contains("JDK       " + Runtime.version())
                .contains("vectors   " + Backend.vectors())
                .contains("BLAS      " + Backend.blas())
                .contains("threads   " + threads + "\n")
                .containsPattern("matmul    \\d+ GFLOP/s on one thread, float32, 32 x 32\n")
                .containsPattern("memory    \\d+\\.\\d GB/s copied");
        assertThat(Backend.threads()).isEqualTo(threads);
    }
}
