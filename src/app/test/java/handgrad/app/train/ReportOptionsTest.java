package handgrad.app.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.app.command.WrongInputException;
import handgrad.models.LectureModel;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ReportOptionsTest {
    private static ReportOptions options(String arguments) {
        return CommandLine.populateCommand(
                new ReportOptions(), arguments.isEmpty() ? new String[0] : arguments.split(" "));
    }

    @ParameterizedTest
    @CsvSource({
        "'', 199999, false",
        "'', 200000, true",
        "--report, 1, true",
        "--no-report, 200000, false",
        "--open, 1, true",
        "--serve 0, 1, true",
        "--report --serve 0, 1, true"
    })
    void aFullRunHasAReportAndAnotherWhereItIsAskedFor(String arguments, int steps, boolean wanted) {
        var train =
                TrainOptions.lecture(LectureModel.MLP_BN, TrainOptions.BUNDLED).withSteps(steps);
        var options = options(arguments);
        options.check();
        assertThat(options.wanted(train)).isEqualTo(wanted);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --serve -1             | --serve must be from 0 to 65,535, it is -1
            --serve 65536          | --serve must be from 0 to 65,535, it is 65536
            --no-report --open     | --open shows the report that --no-report turns off
            --no-report --serve 0  | --serve shows the report that --no-report turns off
            """)
    void refusesWhatCannotBeDone(String arguments, String message) {
        assertThatThrownBy(() -> options(arguments).check())
                .isInstanceOf(WrongInputException.class)
                .hasMessage(message);
    }
}
