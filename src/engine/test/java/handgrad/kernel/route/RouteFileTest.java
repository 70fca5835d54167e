package handgrad.kernel.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.kernel.route.Route.Range;
import handgrad.kernel.route.RouteFile.UnusableException;
import handgrad.kernel.runtime.Processor;
import handgrad.kernel.runtime.VectorSupport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteFileTest {
    private static final Route ROUTE = new Route(new Range(0, 100), Route.NONE, new Range(20, Long.MAX_VALUE));

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void writeTheFile() throws IOException {
        file = folder.resolve("cache/route.txt");
        RouteFile.write(file, "A; B", ROUTE);
    }

    @Test
    void readsWhatItWrote() throws Exception {
        assertThat(RouteFile.read(file, "A; B")).isEqualTo(ROUTE);
        for (var route : new Route[] {Route.OPENBLAS, Route.DEFAULT}) {
            RouteFile.write(file, "C", route);
            assertThat(RouteFile.read(file, "C")).isEqualTo(route);
        }
        try (var files = Files.list(file.getParent())) {
            assertThat(files).as("no temporary files").containsExactly(file);
        }
    }

    /** Earlier versions had a fourth form. */
    @Test
    void passesOverTheLineOfTwoTransposedMatrices() throws Exception {
        Files.writeString(file, """
                handgrad matmul route 1
                machine A; B
                NN 0 100
                NT 9223372036854775807 9223372036854775807
                TN 20 9223372036854775807
                TT 0 2097153
                """);
        assertThat(RouteFile.read(file, "A; B")).isEqualTo(ROUTE);
    }

    @Test
    void refusesAnotherMachine() {
        assertThatThrownBy(() -> RouteFile.read(file, "A; C"))
                .isInstanceOf(UnusableException.class)
                .hasMessage("it was measured on A; B, and this is A; C");
    }

    @ParameterizedTest
    @CsvSource({
        "NN 0 100, NN 0, 3",
        "NN 0 100, NT 0 100, 3",
        "NN 0 100, NN 0 1e2, 3",
        "NN 0 100, NN -1 100, 3",
        "NN 0 100, NN 100 100, 3",
        "TN 20, TN 20 ?, 5"
    })
    void namesTheLineThatIsWrong(String right, String wrong, int line) throws IOException {
        Files.writeString(file, Files.readString(file).replace(right, wrong));
        assertThatThrownBy(() -> RouteFile.read(file, "A; B"))
                .isInstanceOf(UnusableException.class)
                .hasMessageStartingWith(
                        "line " + line + " should be " + right.substring(0, 2) + " FROM TO, but is: " + wrong);
    }

    @Test
    void refusesAFileThatIsSomethingElse() throws IOException {
        var text = Files.readString(file);
        for (var other : new String[] {
            "",
            "handgrad matmul route 1\n",
            text + "more\n",
            text + "TT 0 1\nmore\n",
            text.replace("TN", "TT"),
            text.replace("route 1", "route 2")
        }) {
            Files.writeString(file, other);
            assertThatThrownBy(() -> RouteFile.read(file, "A; B"))
                    .isInstanceOf(UnusableException.class)
                    .hasMessage("it is not a matmul route as this version writes it");
        }
        Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe});
        assertThatThrownBy(() -> RouteFile.read(file, "A; B"))
                .hasMessage("it cannot be read: line 1 is not UTF-8 text; save the file in UTF-8");
        assertThatThrownBy(() -> RouteFile.read(folder, "A; B"))
                .hasMessage("it cannot be read: is a folder, not a route");
    }

    @Test
    void theMachineNamesAllThatASpeedDependsOn() {
        assertThat(RouteFile.machine())
                .startsWith(Processor.model() + "; JDK " + Runtime.version() + "; OpenBLAS ")
                .endsWith("; vectors of " + VectorSupport.BITS + " bits");
    }
}
