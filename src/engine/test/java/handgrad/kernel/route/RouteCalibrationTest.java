package handgrad.kernel.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import handgrad.blas.OpenBlas;
import handgrad.kernel.matmul.MatrixProduct;
import handgrad.kernel.route.Route.Range;
import handgrad.kernel.runtime.VectorSupport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteCalibrationTest {
    private static final Range DEFAULT = new Range(0, 128 * 128 * 128 + 1);
    private static final boolean CHOICE = OpenBlas.isAvailable() && VectorSupport.ENABLED;

    @TempDir
    private Path folder;

    /** Seconds for each side of the ladder: 2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 160, 192, 256, 384. */
    private static double[] seconds(double... perSide) {
        assertThat(perSide).hasSize(15);
        return perSide;
    }

    private static final double[] ONES = seconds(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);

    @Test
    void keepsTheDefaultUnlessAnotherIsClearlyFaster() {
        assertThat(RouteCalibration.range(ONES, ONES, DEFAULT)).isEqualTo(DEFAULT);
        var slightly = ONES.clone();
        Arrays.setAll(slightly, _ -> 0.96);
        assertThat(RouteCalibration.range(slightly, ONES, DEFAULT)).isEqualTo(DEFAULT);
        assertThat(RouteCalibration.range(ONES, slightly, DEFAULT)).isEqualTo(DEFAULT);
    }

    @Test
    void findsBothBounds() {
        var java = seconds(.5, .5, .5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, .8, .8, .8, .8, .8);
        assertThat(RouteCalibration.range(java, ONES, DEFAULT))
                .isEqualTo(new Range(Math.round(Math.sqrt(512. * 1728)), Math.round(Math.sqrt(884736. * 2097152))));
    }

    @Test
    void findsThatOneIsAlwaysFaster() {
        var half = ONES.clone();
        Arrays.fill(half, 0.5);
        assertThat(RouteCalibration.range(half, ONES, DEFAULT)).isEqualTo(Route.NONE);
        assertThat(RouteCalibration.range(ONES, half, DEFAULT)).isEqualTo(Route.ALL);
    }

    @Test
    void changesNoSizeForTheWorse() {
        var java = seconds(.5, 1.2, .5, 1.2, 1.2, 1.2, 1.2, 1.2, 1.2, 1.2, 1.2, 1, 1, 1, 1);
        assertThat(RouteCalibration.range(java, ONES, DEFAULT))
                .isEqualTo(new Range(Math.round(Math.sqrt(8. * 64)), DEFAULT.to()));
    }

    @Test
    void measuresEveryFormAndWritesTheRoute() throws Exception {
        assumeTrue(CHOICE, "OpenBLAS and vectors");
        var file = folder.resolve("handgrad").resolve("route.txt");
        var lines = RouteCalibration.run(MatrixProduct::multiply, Duration.ZERO, file);
        assertThat(lines).hasSize(1 + 3 * 15 + 2);
        assertThat(lines.get(0)).isEqualTo("form  m = n = k      Java  OpenBLAS  route");
        assertThat(lines.subList(1, 46))
                .allMatch(line -> line.matches("[NT]{2} +\\d+ +\\d+\\.\\d\\d +\\d+\\.\\d\\d  (Java|OpenBLAS)"));
        assertThat(lines.subList(1, 46))
                .extracting(line -> line.substring(0, 2))
                .containsOnly("NN", "NT", "TN");
        var route = RouteFile.read(file, RouteFile.machine());
        assertThat(lines.get(46)).isEqualTo(RouteInUse.describe(route));
        assertThat(lines.get(47)).isEqualTo("written to " + file);
        for (var line : lines.subList(1, 46)) {
            int side = Integer.parseInt(line.substring(6, 15).strip());
            assertThat(line.endsWith("OpenBLAS"))
                    .as(line)
                    .isEqualTo(route.openBlas(Form.valueOf(line.substring(0, 2)), side, side, side));
        }
    }

    @Test
    void refusesWhereThereIsNothingToChoose() {
        assumeFalse(CHOICE, "OpenBLAS and vectors");
        var file = folder.resolve("route.txt");
        assertThatThrownBy(() -> RouteCalibration.run(MatrixProduct::multiply, Duration.ZERO, file))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("there is no route to choose: ")
                .hasMessageContaining("off");
        assertThat(file).doesNotExist();
    }
}
