package handgrad.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.management.ThreadMXBean;
import handgrad.random.TorchRandom;
import handgrad.tensor.Shape;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("no-kernel")
class TextDatasetTest {
    @TempDir
    private Path folder;

    @Test
    void characters_are_numbered_by_code_point() {
        var tokenizer = CharacterTokenizer.of("hallo 😀 Welt\n");
        assertThat(tokenizer.characters()).isEqualTo("\n Waehlot😀");
        assertThat(tokenizer.size()).isEqualTo(10);
        assertThat(tokenizer.encode("W😀\n")).containsExactly(2, 9, 0);
        assertThat(tokenizer.decode(2, 9, 0)).isEqualTo("W😀\n");
        assertThat(CharacterTokenizer.of(tokenizer.characters()).encode("Welt")).isEqualTo(tokenizer.encode("Welt"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tokenizer.encode("😀\u202e"))
                .withMessage("encode: character 1, '\\u202e', is none of the 10 of the vocabulary");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tokenizer.decode(0, 10))
                .withMessage("decode: token 1 is 10, the vocabulary has 0 to 9");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CharacterTokenizer.of(""))
                .withMessage("CharacterTokenizer: the text has no characters, give it at least 1");
    }

    @Test
    void a_file_is_cut_at_nine_tenths() throws IOException {
        var file = Files.writeString(folder.resolve("text.txt"), "\uFEFFabcdefghijklmnopqrs😀");
        var text = TextDataset.read(file, 1);
        assertThat(text.train().tokens()).isEqualTo(18);
        assertThat(text.dev().tokens()).isEqualTo(2);
        assertThat(text.tokenizer().size()).isEqualTo(20);
        assertThat(text.tokenizer().decode(text.dev().rows(0, 1).y().ints())).isEqualTo("😀");
        assertThat(text.dev().size()).isEqualTo(1);
    }

    @Test
    void y_is_x_one_further_on() {
        var tokens = TokenDataset.of(IntStream.range(0, 11).toArray(), 3);
        assertThat(tokens.size()).isEqualTo(3);
        var all = tokens.rows(0, 3);
        assertThat(all.x().shape()).isEqualTo(Shape.of(3, 3));
        assertThat(all.x().ints()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(all.y().ints()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9);
        assertThat(TokenDataset.of(new int[10], 3).size()).isEqualTo(3);
        assertThat(TokenDataset.of(new int[9], 3).size()).isEqualTo(2);
    }

    @Test
    void drawn_blocks_begin_where_pytorch_draws_them() {
        var tokens = TokenDataset.of(IntStream.range(0, 12).toArray(), 4);
        int[] starts = new int[64];
        TorchRandom.seeded(42).randint(0, 8, starts);
        var batch = tokens.batch(64, TorchRandom.seeded(42));
        for (int i = 0; i < 64; i++) {
            for (int t = 0; t < 4; t++) {
                assertThat(batch.x().ints()[4 * i + t]).isEqualTo(starts[i] + t);
                assertThat(batch.y().ints()[4 * i + t]).isEqualTo(starts[i] + t + 1);
            }
        }
        assertThat(IntStream.of(starts)).contains(0, 7);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tokens.batch(0, TorchRandom.seeded(42)))
                .withMessage("batch: size 0 must be at least 1");
    }

    /** As many positions as no int holds. */
    @Test
    void blocks_are_drawn_from_more_positions_than_an_int_holds() {
        var source = new TokenSource() {
            @Override
            public long size() {
                return 3L << 31;
            }

            @Override
            public void copy(long from, int[] target, int start, int count) {
                for (int i = 0; i < count; i++) {
                    target[start + i] = (int) ((from + i) >>> 8);
                }
            }
        };
        var tokens = new TokenDataset(source, 0, source.size(), 1024);
        var batch = tokens.batch(1000, TorchRandom.seeded(1));
        int largest = IntStream.of(batch.x().ints()).max().orElseThrow();
        assertThat(largest).isBetween((int) ((3L << 31) * 0.99 / 256), (int) ((3L << 31) / 256));
        assertThat(tokens.size()).isEqualTo((3 << 21) - 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TokenDataset(source, 0, source.size(), 1))
                .withMessage("TokenDataset: 6442450944 tokens give more than 2^31 - 1 blocks of 1; make blocks longer");
    }

    @Test
    void other_tokenizers_see_each_part_alone() {
        var pairs = new Tokenizer() {
            @Override
            public int size() {
                return 1;
            }

            @Override
            public int[] encode(String text) {
                return new int[(text.length() + 1) / 2];
            }

            @Override
            public String decode(int... tokens) {
                return "..".repeat(tokens.length);
            }
        };
        var text = TextDataset.of("abcdefgh", pairs, 0.5 + 0.2, 1);
        assertThat(text.train().tokens()).isEqualTo(3); // of 5 characters
        assertThat(text.dev().tokens()).isEqualTo(2);
        assertThat(text.tokenizer()).isSameAs(pairs);
    }

    @Test
    void batches_allocate_nothing() {
        var text = TextDataset.of("to be or not to be ".repeat(100), 8);
        var batches = new Batches(text.train(), BatchOptions.of(4, 7));
        var random = TorchRandom.seeded(1);
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allocated = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 5 && allocated > 0; attempt++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 100; i++) {
                batches.next();
                text.train().batch(12, random);
            }
            allocated = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(allocated).isZero();
    }

    @Test
    void refuses_what_is_no_text_or_too_short() throws IOException {
        var empty = Files.writeString(folder.resolve("empty.txt"), "");
        assertThatExceptionOfType(DataFileException.class)
                .isThrownBy(() -> TextDataset.read(empty, 8))
                .withMessage(empty + ": is empty, a text is expected");
        var shorter = Files.writeString(folder.resolve("short.txt"), "x".repeat(80));
        assertThatExceptionOfType(DataFileException.class)
                .isThrownBy(() -> TextDataset.read(shorter, 8))
                .withMessage(shorter + ": is too short: dev, the last 10 %, has 8 characters, a block of 8 and the one"
                        + " behind it need 9");
        var bytes = Files.write(folder.resolve("bytes.txt"), new byte[] {'a', '\n', (byte) 0xff});
        assertThatExceptionOfType(DataFileException.class)
                .isThrownBy(() -> TextDataset.read(bytes, 8))
                .withMessage(bytes + ": line 2 is not UTF-8 text; save the file in UTF-8");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TextDataset.of("x".repeat(80), 8))
                .withMessage("TokenDataset: 8 tokens give no block of 8 and the token behind it; give it more, or make"
                        + " blocks shorter");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TextDataset.of("x".repeat(80), 0))
                .withMessage("TokenDataset: block length 0 must be at least 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TextDataset.of("ab", CharacterTokenizer.of("ab"), 1, 1))
                .withMessage("TextDataset: train 1.0 must be above 0 and below 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TokenDataset(TokenSource.of(new int[5]), 1, 6, 1))
                .withMessage("TokenDataset: 1 to 6 is not within 0 to 5");
    }
}
