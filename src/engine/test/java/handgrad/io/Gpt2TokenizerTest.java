package handgrad.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("no-kernel")
class Gpt2TokenizerTest {
    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("tokenizer.bin");
    }

    /** The second and third are the two bytes of é. */
    static Gpt2Tokenizer tokenizer() {
        return Gpt2Tokenizer.of(
                new byte[][] {"caf".getBytes(StandardCharsets.UTF_8), {(byte) 0xC3}, {(byte) 0xA9}, new byte[255], {'!'}
                },
                4);
    }

    static byte[] content(int count, int endOfText, int... bytes) {
        var content = ByteBuffer.allocate(1024 + bytes.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(20240328)
                .putInt(2)
                .putInt(count)
                .putInt(endOfText)
                .position(1024);
        for (int each : bytes) {
            content.put((byte) each);
        }
        return content.array();
    }

    @Test
    void what_is_written_is_read() throws IOException {
        tokenizer().write(file);
        assertThat(Files.size(file)).isEqualTo(1024 + 4 + 2 + 2 + 256 + 2);
        var read = Gpt2Tokenizer.read(file);
        assertThat(read.size()).isEqualTo(5);
        assertThat(read.endOfText()).isEqualTo(4);
        assertThat(read.decode(0, 1, 2, 4)).isEqualTo("café!");
        assertThat(read.decode(0, 1)).isEqualTo("caf\ufffd");
        assertThat(read.bytes(1, 2)).containsExactly(0xC3, 0xA9);
        assertThat(read.bytes(3)).isEqualTo(new byte[255]);
        Files.write(file, content(2, 1, 2, 'h', 'i', 1, '.'));
        assertThat(Gpt2Tokenizer.read(file).decode(0, 1)).isEqualTo("hi.");
    }

    private void assertRefused(String problem, byte... content) throws IOException {
        Files.write(file, content);
        assertThatExceptionOfType(Gpt2FileException.class)
                .isThrownBy(() -> Gpt2Tokenizer.read(file))
                .withMessage(file + ": " + problem);
    }

    @Test
    void what_is_wrong_is_told() throws IOException {
        assertRefused("is truncated: it ends within token 1 of 2; copy or write it again", content(2, 1, 1, 'a'));
        assertRefused("is truncated: it ends within token 1 of 2; copy or write it again", content(2, 1, 1, 'a', 1));
        assertRefused(
                "is truncated: it ends within token 1 of 2147483647; copy or write it again",
                content(Integer.MAX_VALUE, 1, 1, 'a'));
        assertRefused(
                "is too long: it has 1 bytes behind its 2 tokens; copy or write it again",
                content(2, 1, 1, 'a', 1, 'b', 'c'));
        assertRefused("token 0 has no bytes; copy or write it again", content(2, 1, 0, 1, 'a'));
        assertRefused(
                "has 2 tokens, and the end of text is token 2; copy or write it again", content(2, 2, 1, 'a', 1, 'b'));
        assertRefused("has 0 tokens, and the end of text is token 0; copy or write it again", content(0, 0));
        assertRefused(
                "is too long: its header says 1 tokens, in all 1280 bytes, it has 1281; copy or write it again",
                content(1, 0, new int[257]));
    }

    @Test
    void tokens_that_are_none_are_told() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tokenizer().decode(0, 5))
                .withMessage("Gpt2Tokenizer: token 1 is 5, the vocabulary has 0 to 4");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tokenizer().bytes(-1))
                .withMessage("Gpt2Tokenizer: token 0 is -1, the vocabulary has 0 to 4");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Gpt2Tokenizer.of(new byte[][] {{'a'}, {}}, 0))
                .withMessage("Gpt2Tokenizer: token 1 has 0 bytes, it must have 1 to 255");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Gpt2Tokenizer.of(new byte[][] {{'a'}}, 1))
                .withMessage("Gpt2Tokenizer: the end of text is token 1, the vocabulary has 0 to 0");
    }
}
