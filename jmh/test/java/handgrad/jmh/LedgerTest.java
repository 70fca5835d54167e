package handgrad.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LedgerTest {
    @Test
    void holdsGoalsTablesFindingsAndMachine() {
        assertThat(Ledger.goals(Fixtures.all())).contains("| exp, largest error in ulp | at most 2.00 | 1.00 | yes |");
        assertThat(Ledger.figures(Fixtures.all()))
                .contains("| GFLOP/s | java | openblas | routed | routed / best other |")
                .contains("| 32x30x200 NN | 70.0 | 80.0 | 76.0 | 0.95 |")
                .contains("The Java kernel is at least as fast as OpenBLAS at 1 of 3 shapes; the largest of them is "
                        + "16x16x16 NN. The smallest at which OpenBLAS is faster is 32x30x200 NN.")
                .contains("segment takes 1.41 times as long as array (geometric mean; from 1.33 for sum to 1.50 for"
                        + " multiply).")
                .contains("| ms a step | handgrad | products | libtorch | c | handgrad, 2 threads | products, 2 threads"
                        + " | two processes | c, 2 threads | best other / handgrad |")
                .contains("handgrad takes 0.30 times as long as libtorch (geometric mean; from 0.30 for makemore to"
                        + " 0.30 for makemore).")
                .contains("gpt2-124m: a process of handgrad has 2,500 MB resident at most; weights, gradients and both"
                        + " moments are 1,991 MB.")
                .contains("Farthest from its roof is add, lecture, at 60 % of it.")
                .contains("product: 2 threads are 0.80 times as fast as one.")
                .contains("- CPU: none");
    }

    /** What is published is what {@code ./handgrad bench --report} makes of the figures that are kept. */
    @Test
    void theLedgerAndTheReadmeSayWhatWasMeasured() throws IOException {
        var all = Report.read(Path.of("results"));
        assertThat(Studies.ALL)
                .filteredOn(study -> !all.containsKey(study))
                .extracting(Study::title)
                .isSubsetOf("gpt");
        assertThat(Path.of("RESULTS.md"))
                .content()
                .contains("<!-- goals:begin -->\n" + Ledger.goals(all) + "<!-- goals:end -->")
                .contains("<!-- figures:begin -->\n" + Ledger.figures(all) + "<!-- figures:end -->");
        assertThat(Path.of("../README.md"))
                .content()
                .contains("<!-- speed:begin -->\n" + Ledger.speed(all) + "<!-- speed:end -->");
    }

    @Test
    void theReadmesRowIsOneModelsStepByEachLibrary() {
        assertThat(Ledger.speed(Fixtures.all())).isEqualTo("""
            | one training step, in µs | handgrad | libtorch | numpy | c |
            |---|---:|---:|---:|---:|
            | `mlp-bn` | 40.0 | 380 | 190 | 37.0 |
            """);
        assertThat(Ledger.speed(Map.of())).isEmpty();
    }
}
