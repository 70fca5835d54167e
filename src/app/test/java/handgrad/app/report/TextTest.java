package handgrad.app.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextTest {
    @Test
    void whatIsZeroInTheseDigitsHasNoSign() {
        assertThat(Text.fixed(2, -0.004)).isEqualTo("0.00");
        assertThat(Text.percent(-0.0001)).isEqualTo("0.0 %");
        assertThat(Text.fixed(2, -0.006)).isEqualTo("−0.01");
    }

    @Test
    void whatIsNoNumberHasASymbol() {
        assertThat(Text.digits(Double.POSITIVE_INFINITY)).isEqualTo("∞");
        assertThat(Text.percent(Double.NEGATIVE_INFINITY)).isEqualTo("−∞ %");
        assertThat(Text.fixed(2, Double.NaN)).isEqualTo("–");
    }
}
