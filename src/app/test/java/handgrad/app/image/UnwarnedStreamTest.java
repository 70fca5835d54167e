package handgrad.app.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnwarnedStreamTest {
    private static final String WARNING = "WARNING: Using incubator modules: jdk.incubator.vector\n";

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final UnwarnedStream stream = new UnwarnedStream(bytes);

    @ParameterizedTest
    @CsvSource({"W", "WARNING: other", "a WARNING: Using incubator modules", "'WARNING: Using incubator\nmodules'"})
    void keepsEverythingElse(String text) throws IOException {
        write(text + "\n" + WARNING + text + WARNING + "\n" + text);
        stream.finish();
        assertThat(text()).isEqualTo(text + "\n" + text + WARNING + "\n" + text);
    }

    @Test
    void dropsTheWarningOnly() throws IOException {
        write(WARNING + WARNING);
        stream.finish();
        assertThat(text()).isEmpty();
    }

    @Test
    void tellsABeginningOfALineAtOnceWhereItIsNotTheWarnings() throws IOException {
        write("12 %");
        assertThat(text()).isEqualTo("12 %");
        write("\nWARN");
        assertThat(text()).isEqualTo("12 %\n");
        write("ED");
        assertThat(text()).isEqualTo("12 %\nWARNED");
    }

    private void write(String text) throws IOException {
        stream.write(text.getBytes(StandardCharsets.UTF_8));
        stream.flush();
    }

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
