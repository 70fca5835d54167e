package handgrad.jmh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;

class ResultCheckTest {
    @Test
    void refusesAWrongResultAndNaN() {
        ResultCheck.require("sum", 1.05, 1, 0.1);
        assertThatExceptionOfType(StudyException.class)
                .isThrownBy(() -> ResultCheck.require("sum", 1.5, 1, 0.1))
                .withMessage("sum: the result is 1.5, it should be 1.0");
        assertThatExceptionOfType(StudyException.class)
                .isThrownBy(() -> ResultCheck.require("exp", i -> i == 2 ? Double.NaN : i, i -> i, 3, 0.1))
                .withMessage("exp, element 2: the result is NaN, it should be 2.0");
    }

    @Test
    void numbersRepeatAfterAPrime() {
        float[] numbers = RandomOperands.normals(1, 200_000);
        assertThat(numbers[65_537 + 5]).isEqualTo(numbers[5]).isNotEqualTo(numbers[6]);
        assertThat(numbers[199_999]).isEqualTo(numbers[199_999 - 3 * 65_537]);
    }
}
