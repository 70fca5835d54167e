package handgrad.app.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NumberTextTest {
    @Test
    void whatIsZeroInTheseDigitsHasNoSign() {
        assertThat(NumberText.fixed(2, -0.004)).isEqualTo("0.00");
        assertThat(NumberText.percent(-0.0001)).isEqualTo("0.0 %");
        assertThat(NumberText.fixed(2, -0.006)).isEqualTo("−0.01");
    }

    @Test
    void whatIsNoNumberHasASymbol() {
        assertThat(NumberText.digits(Double.POSITIVE_INFINITY)).isEqualTo("∞");
        assertThat(NumberText.percent(Double.NEGATIVE_INFINITY)).isEqualTo("−∞ %");
        assertThat(NumberText.fixed(2, Double.NaN)).isEqualTo("–");
    }
}
