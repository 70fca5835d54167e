package handgrad.app.study;

import handgrad.app.command.WrongInputException;
import handgrad.testing.FuzzTest;
import handgrad.testing.FuzzedReader;
import java.util.List;
import java.util.stream.Stream;

class StudyFuzzTest implements FuzzTest {
    private static final String LINE =
            "{\"options\":{\"width\":\"4\",\"seed\":\"1\"},\"numbers\":{\"fails\":[64,\"NaN\",-1.5e-3],\"even\":[]}}\n";

    @Override
    public Stream<FuzzedReader> readers() {
        return Stream.of(FuzzedReader.ofText(
                StudyFolder.RESULTS,
                List.of(LINE, LINE.repeat(3), ""),
                WrongInputException.class,
                file -> new StudyFolder(file.resolveSibling(""))));
    }
}
