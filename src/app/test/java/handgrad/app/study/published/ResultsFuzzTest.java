package handgrad.app.study.published;

import handgrad.app.command.WrongInputException;
import handgrad.testing.FuzzTest;
import handgrad.testing.FuzzedReader;
import java.util.List;
import java.util.stream.Stream;

class ResultsFuzzTest implements FuzzTest {
    private static final String LINE = "{\"model\":\"mlp-bn\",\"names\":\"816d2a72\",\"steps\":100,\"first\":3.3,"
            + "\"last\":2.1,\"train\":2.0657,\"dev\":\"NaN\",\"seconds\":1.5}\n";

    @Override
    public Stream<FuzzedReader> readers() {
        return Stream.of(FuzzedReader.ofText(
                "published.jsonl",
                List.of(LINE, LINE.repeat(2), ""),
                WrongInputException.class,
                file -> new ResultsFile(file).read()));
    }
}
