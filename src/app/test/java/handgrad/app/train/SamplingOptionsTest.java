package handgrad.app.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.app.command.WrongInputException;
import handgrad.data.Alphabet;
import handgrad.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class SamplingOptionsTest {
    private static final float NO = Float.NEGATIVE_INFINITY;
    private static final Tensor LOGITS = Tensor.of(new float[] {2, 0.5f, 1, 1, -3}, 1, 5);

    @Test
    void by_itself_changes_no_logit() {
        assertThat(sampling().apply(LOGITS)).isSameAs(LOGITS);
    }

    @Test
    void the_temperature_divides_the_logits_down_from_the_largest() {
        assertThat(sampling("--temperature", "0.5").apply(LOGITS))
                .isEqualTo(Tensor.of(new float[] {0, -3, -2, -2, -10}, 1, 5));
        assertThat(sampling("--temperature", "2").apply(LOGITS))
                .isEqualTo(Tensor.of(new float[] {0, -0.75f, -0.5f, -0.5f, -2.5f}, 1, 5));
    }

    @Test
    void top_k_keeps_the_largest_and_what_equals_the_last_of_them() {
        assertThat(sampling("--top-k", "1").apply(LOGITS)).isEqualTo(Tensor.of(new float[] {2, NO, NO, NO, NO}, 1, 5));
        assertThat(sampling("--top-k", "2").apply(LOGITS)).isEqualTo(Tensor.of(new float[] {2, NO, 1, 1, NO}, 1, 5));
        assertThat(sampling("--top-k", "5").apply(LOGITS)).isEqualTo(LOGITS);
        assertThat(LOGITS).isEqualTo(Tensor.of(new float[] {2, 0.5f, 1, 1, -3}, 1, 5));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        --temperature | 0        | --temperature must be more than 0 and finite, it is 0.0
        --temperature | -1       | --temperature must be more than 0 and finite, it is -1.0
        --temperature | NaN      | --temperature must be more than 0 and finite, it is NaN
        --temperature | 1e-300   | --temperature must be more than 0 and finite, it is 1.0E-300
        --temperature | Infinity | --temperature must be more than 0 and finite, it is Infinity
        --top-k       | 0        | --top-k must be at least 1, it is 0
        """)
    void refuses_what_has_no_meaning(String option, String value, String message) {
        assertThatThrownBy(sampling(option, value)::check)
                .isInstanceOf(WrongInputException.class)
                .hasMessage(message);
    }

    @Test
    void refuses_more_characters_than_there_are() {
        sampling("--top-k", "27").check(Alphabet.A_TO_Z.size());
        assertThatThrownBy(() -> sampling("--top-k", "28").check(Alphabet.A_TO_Z.size()))
                .isInstanceOf(WrongInputException.class)
                .hasMessage("--top-k must be from 1 to 27, it is 28");
        assertThatThrownBy(
                        () -> sampling("--top-k", "5").check(Alphabet.of("αβγ").size()))
                .isInstanceOf(WrongInputException.class)
                .hasMessage("--top-k must be from 1 to 4, it is 5");
    }

    private static SamplingOptions sampling(String... arguments) {
        var sampling = new SamplingOptions();
        new CommandLine(CommandLine.Model.CommandSpec.create()
                        .addMixin("sampling", CommandLine.Model.CommandSpec.forAnnotatedObject(sampling)))
                .parseArgs(arguments);
        return sampling;
    }
}
