package handgrad.app.learn;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.CommandResult;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LearnCommandTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        learn 99                   | there is no exercise 99; ./handgrad exercise lists them
        learn 5 --port 99999       | --port must be from 0 to 65,535, it is 99999
        learn 5 --port -1          | --port must be from 0 to 65,535, it is -1
        learn 5 --time-limit 0     | --time-limit must be from 1 to 86,400, it is 0
        learn 5 --no-page --open   | --open shows the page, and --no-page has none; leave one of them out
        """)
    void what_cannot_be_done_is_refused(String command, String message) {
        assertThat(CommandResult.of(command.split(" ", -1)))
                .isEqualTo(new CommandResult(2, "", "handgrad: " + message + "\n"));
    }
}
