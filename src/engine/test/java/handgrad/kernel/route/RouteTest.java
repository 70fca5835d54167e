package handgrad.kernel.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import handgrad.kernel.route.Route.Range;
import handgrad.kernel.runtime.VectorSupport;
import org.junit.jupiter.api.Test;

class RouteTest {
    private static final Range LOW = new Range(0, 1000);
    private static final Range HIGH = new Range(1000, 2_000_000);

    @Test
    void looksAtTheWorkAndTheForm() {
        var route = new Route(LOW, HIGH, HIGH);
        for (var form : Form.values()) {
            boolean low = form == Form.NN;
            assertThat(route.openBlas(form, 27, 37, 1)).isEqualTo(low);
            assertThat(route.openBlas(form, 10, 50, 2)).isEqualTo(!low);
            assertThat(route.openBlas(form, 995, 100, 20)).isEqualTo(!low);
            assertThat(route.openBlas(form, 1000, 100, 20)).isFalse();
        }
        assertThat(new Route(HIGH, LOW, HIGH).openBlas(Form.NT, 27, 37, 1)).isTrue();
        assertThat(new Route(HIGH, HIGH, LOW).openBlas(Form.TN, 27, 37, 1)).isTrue();
    }

    @Test
    void leavesFewColumnsToOpenBlasHoweverMuchWorkTheyAre() {
        boolean java = Route.DEFAULT.equals(Route.JAVA);
        assertThat(Route.DEFAULT.openBlas(Form.NN, 4096, 19, 4096)).isEqualTo(!java);
        assertThat(Route.DEFAULT.openBlas(Form.NN, 4096, 20, 4096)).isFalse();
        var below = new Route(HIGH, HIGH, HIGH);
        assertThat(below.openBlas(Form.NN, 10, 1, 10)).isFalse();
    }

    @Test
    void leavesToJavaWhatAvx512KernelsOfOpenBlasAreSlowAt() {
        assumeTrue(VectorSupport.BITS == 512 && BlasKernels.IN_USE == BlasKernels.AVX512, "AVX-512");
        assertThat(Route.DEFAULT.openBlas(Form.TN, 200, 27, 32)).isFalse();
        assertThat(Route.DEFAULT.openBlas(Form.NN, 16, 320, 200)).isFalse();
        assertThat(Route.DEFAULT.openBlas(Form.TN, 200, 28, 32)).isTrue();
        assertThat(Route.DEFAULT.openBlas(Form.NN, 32, 200, 27)).isTrue();
        assertThat(Route.DEFAULT.openBlas(Form.NT, 32, 200, 27)).isTrue();
        assertThat(Route.DEFAULT.openBlas(Form.NT, 32, 100, 100)).isTrue();
        assertThat(Route.OPENBLAS.openBlas(Form.TN, 200, 27, 32)).isTrue();
    }

    @Test
    void sendsToOpenBlasWhatItsSmallKernelsDoAndThreadsDoNotShare() {
        assumeTrue(VectorSupport.BITS == 512 && BlasKernels.IN_USE == BlasKernels.AVX512, "AVX-512");
        assertThat(Route.DEFAULT.openBlas(Form.NN, 100, 100, 100)).isTrue();
        assertThat(Route.DEFAULT.openBlas(Form.NN, 64, 128, 256)).isTrue();
        assertThat(Route.DEFAULT.openBlas(Form.NN, 65, 128, 256)).isFalse();
    }

    @Test
    void followsTheKernelsOfOpenBlas() {
        for (int bits : new int[] {256, 512}) {
            assertThat(Route.byDefault(bits, BlasKernels.OLDER)).isEqualTo(Route.JAVA);
            assertThat(Route.byDefault(bits, BlasKernels.AVX2)).isEqualTo(Route.JAVA);
        }
        for (int bits : new int[] {128, 256, 512}) {
            assertThat(Route.byDefault(bits, BlasKernels.AVX512).nn()).isEqualTo(new Range(0, (1 << 21) + 1));
        }
        assertThat(Route.byDefault(128, BlasKernels.AVX2).nn()).isEqualTo(new Range(0, (1 << 21) + 1));
        assertThat(Route.DEFAULT).isEqualTo(Route.byDefault(VectorSupport.BITS, BlasKernels.IN_USE));
    }

    @Test
    void sendsAllToOne() {
        int large = Integer.MAX_VALUE;
        assertThat(Route.OPENBLAS.openBlas(Form.TN, 1, 1, 1)).isTrue();
        assertThat(Route.OPENBLAS.openBlas(Form.TN, large, large, 1)).isTrue();
        assertThat(Route.JAVA.openBlas(Form.TN, 1, 1, 1)).isFalse();
        assertThat(Route.JAVA.openBlas(Form.TN, large, large, 1)).isFalse();
    }
}
