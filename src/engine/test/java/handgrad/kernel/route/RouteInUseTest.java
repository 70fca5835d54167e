package handgrad.kernel.route;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.kernel.route.Route.Range;
import handgrad.kernel.route.RouteInUse.Choice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteInUseTest {
    private static final Route CALIBRATED = new Route(new Range(10, 1000), Route.ALL, Route.NONE);

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = folder.resolve("route.txt");
    }

    private Choice choose(@Nullable String asked) {
        return RouteInUse.choose(asked, true, true, file, () -> "this machine");
    }

    @Test
    void isTheDefaultWithoutACalibration() {
        assertThat(choose(null)).isEqualTo(new Choice(Route.DEFAULT, "default", null));
    }

    @Test
    void isTheCalibrationOfThisMachine() throws IOException {
        RouteFile.write(file, "this machine", CALIBRATED);
        assertThat(choose(null)).isEqualTo(new Choice(CALIBRATED, "calibrated, " + file, null));
        assertThat(choose("default").route()).isEqualTo(Route.DEFAULT);
    }

    @Test
    void warnsOfACalibrationThatIsForeignOrDamaged() throws IOException {
        RouteFile.write(file, "another machine", CALIBRATED);
        assertThat(choose(null))
                .isEqualTo(new Choice(
                        Route.DEFAULT,
                        "default; " + file + " is not used",
                        file + " is not used: it was measured on another machine, and this is this machine;"
                                + " ./handgrad doctor --calibrate writes a new one"));
        Files.writeString(file, "?");
        assertThat(choose(null))
                .isEqualTo(new Choice(
                        Route.DEFAULT,
                        "default; " + file + " is not used",
                        file + " is not used: it is not a matmul route as this version writes it;"
                                + " ./handgrad doctor --calibrate writes a new one"));
        assertThat(choose("java").warning()).isNull();
    }

    @Test
    void obeysTheProperty() throws IOException {
        RouteFile.write(file, "this machine", CALIBRATED);
        assertThat(choose("java")).isEqualTo(new Choice(Route.JAVA, "-Dhandgrad.matmul=java", null));
        assertThat(choose("openblas")).isEqualTo(new Choice(Route.OPENBLAS, "-Dhandgrad.matmul=openblas", null));
        assertThat(choose("default")).isEqualTo(new Choice(Route.DEFAULT, "default", null));
        assertThat(choose("blas"))
                .isEqualTo(new Choice(
                        CALIBRATED,
                        "calibrated, " + file + "; handgrad.matmul=blas refused: it may be java, openblas or default",
                        null));
    }

    @Test
    void takesTheOneThereIs() throws IOException {
        RouteFile.write(file, "this machine", CALIBRATED);
        assertThat(RouteInUse.choose(null, false, true, file, () -> "this machine"))
                .isEqualTo(new Choice(Route.JAVA, "OpenBLAS is off", null));
        assertThat(RouteInUse.choose("openblas", false, true, file, () -> "this machine"))
                .isEqualTo(new Choice(Route.JAVA, "-Dhandgrad.matmul=openblas refused: OpenBLAS is off", null));
        assertThat(RouteInUse.choose(null, true, false, file, () -> "this machine"))
                .isEqualTo(new Choice(Route.OPENBLAS, "vectors are off", null));
        assertThat(RouteInUse.choose("java", true, false, file, () -> "this machine")
                        .route())
                .isEqualTo(Route.JAVA);
    }

    @Test
    void saysWhatGoesWhere() {
        assertThat(RouteInUse.describe(Route.JAVA)).isEqualTo("Java");
        assertThat(RouteInUse.describe(Route.OPENBLAS)).isEqualTo("OpenBLAS");
        assertThat(RouteInUse.describe(Route.byDefault(512, BlasKernels.AVX512)))
                .isEqualTo("OpenBLAS: most up to 2,097,152 multiply-adds, else Java");
        assertThat(RouteInUse.describe(Route.byDefault(128, BlasKernels.AVX2)))
                .isEqualTo("OpenBLAS: most up to 2,097,152 multiply-adds, else Java");
        assertThat(RouteInUse.describe(Route.byDefault(256, BlasKernels.AVX2))).isEqualTo("Java");
        assertThat(RouteInUse.describe(CALIBRATED))
                .isEqualTo("OpenBLAS: most NN from 10 up to 999, NT all, TN none multiply-adds, else Java");
        var low = new Route(new Range(0, 1000), new Range(0, 1000), new Range(2000, Long.MAX_VALUE));
        assertThat(RouteInUse.describe(low))
                .isEqualTo("OpenBLAS: most NN up to 999, NT up to 999, TN from 2,000 on multiply-adds, else Java");
    }
}
