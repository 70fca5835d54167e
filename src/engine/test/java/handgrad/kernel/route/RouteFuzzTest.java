package handgrad.kernel.route;

import handgrad.testing.FuzzTest;
import handgrad.testing.FuzzedReader;
import java.util.List;
import java.util.stream.Stream;

class RouteFuzzTest implements FuzzTest {
    /** A route that is passed over, with the warning for its user. */
    private static final class PassedOver extends Exception {
        private static final long serialVersionUID = 1;

        PassedOver(String warning) {
            super(warning);
        }
    }

    @Override
    public Stream<FuzzedReader> readers() {
        return Stream.of(FuzzedReader.ofText(
                "matmul-route.txt",
                List.of(
                        "handgrad matmul route 1\nmachine here\nNN 0 2097153\nNT 10 2000\nTN 0 9223372036854775807\n",
                        "handgrad matmul route 1\nmachine here\nNN 0 1\nNT 0 1\nTN 0 1\nTT 0 1\n"),
                PassedOver.class,
                file -> {
                    var warning = RouteInUse.choose(null, true, true, file, () -> "here")
                            .warning();
                    if (warning != null) {
                        throw new PassedOver(warning);
                    }
                }));
    }
}
