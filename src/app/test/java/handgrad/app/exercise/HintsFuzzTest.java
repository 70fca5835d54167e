package handgrad.app.exercise;

import handgrad.app.command.WrongInputException;
import handgrad.testing.FuzzTest;
import handgrad.testing.FuzzedReader;
import java.util.List;
import java.util.stream.Stream;

class HintsFuzzTest implements FuzzTest {
    @Override
    public Stream<FuzzedReader> readers() {
        var exercise = Exercise.named("1");
        return Stream.of(FuzzedReader.ofText(
                ".hints",
                List.of(
                        "#The number of hints seen, by exercise and tensor\n#Sat Nov 28 22:21:00 UTC 2026\n1.x=3\n",
                        "# c\n1.dlogits=1\n12.h=2\n\n"),
                WrongInputException.class,
                // All hints of the tensor have been seen, so that nothing is written.
                file -> new HintsFile(file.resolveSibling("Exercise1.java")).next(exercise, "x", 0)));
    }
}
