package handgrad.app.study.transforms;

import handgrad.app.command.WrongInputException;
import handgrad.testing.FuzzTest;
import handgrad.testing.FuzzedReader;
import java.util.List;
import java.util.stream.Stream;

class CsvFuzzTest implements FuzzTest {
    @Override
    public Stream<FuzzedReader> readers() {
        return Stream.of(FuzzedReader.ofText(
                "table.csv",
                List.of(
                        "a,b,y\n" + "1,-2.5e3,3\n".repeat(25),
                        "\ufeff\"a, or\nso\",y\r\n" + "\"1\", .5\r\n".repeat(25)),
                WrongInputException.class,
                file -> Observations.read(file, "y", null)));
    }
}
