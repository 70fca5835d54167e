package handgrad.app.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.app.command.WrongInputException;
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
        "'', false, false",
        "'', true, true",
        "--report, false, true",
        "--no-report, true, false",
        "--open, false, true",
        "--serve 0, false, true",
        "--report --serve 0, false, true"
    })
    void aFullRunHasAReportAndAnotherWhereItIsAskedFor(String arguments, boolean isFull, boolean wanted) {
        var options = options(arguments);
        options.check();
        assertThat(options.wanted(isFull)).isEqualTo(wanted);
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
