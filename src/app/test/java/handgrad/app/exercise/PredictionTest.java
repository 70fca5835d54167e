package handgrad.app.exercise;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.tensor.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class PredictionTest {
    private static String asked(String answers) throws IOException {
        var text = new StringWriter();
        var gradient = Tensor.of(new double[] {1, 0, 2, 0, 0, -3}, 2, 3);
        new Prediction("W", gradient).ask(new BufferedReader(new StringReader(answers)), new PrintWriter(text, true));
        return text.toString();
    }

    @Test
    void says_what_is_right() throws IOException {
        assertThat(asked("2,3\n-\n")).isEqualTo("""
                Which shape has dW, as in (2, 3)? Right.
                Which sign has dW at [1, 2], + or -? Right, it is -3.000: so much the loss changes when W grows by one \
                there, to first order.
                """);
    }

    @Test
    void says_what_is_wrong() throws IOException {
        assertThat(asked("(3, 2)\n+\n")).isEqualTo("""
                Which shape has dW, as in (2, 3)? No, it is (2, 3): a gradient has the shape of its tensor.
                Which sign has dW at [1, 2], + or -? No, it is -3.000: so much the loss changes when W grows by one \
                there, to first order.
                """);
    }

    @Test
    void an_input_that_ends_leaves_the_rest_out() throws IOException {
        assertThat(asked("")).isEqualTo("Which shape has dW, as in (2, 3)? \n");
    }
}
