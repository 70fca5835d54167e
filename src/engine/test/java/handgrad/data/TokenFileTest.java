package handgrad.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.sun.management.ThreadMXBean;
import handgrad.random.TorchRandom;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("no-kernel")
class TokenFileTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @TempDir
    private Path folder;

    private Path write(String name, byte... content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }

    /** A file of llm.c. */
    private static ByteBuffer llmc(int magic, int version, int tokens, int bytes) {
        return ByteBuffer.allocate(1024 + bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(magic)
                .putInt(version)
                .putInt(tokens)
                .position(1024);
    }

    @Test
    void a_file_gives_the_blocks_that_memory_gives() throws IOException {
        int[] tokens = IntStream.range(0, 70_000).map(i -> i * 13 % 65_536).toArray();
        var file = folder.resolve("train.bin");
        TokenFile.writeUint16(file, tokens);
        assertThat(Files.size(file)).isEqualTo(140_000);
        try (var mapped = TokenFile.uint16(file)) {
            assertThat(mapped.size()).isEqualTo(70_000);
            var blocks = mapped.blocks(8);
            var inMemory = TokenDataset.of(tokens, 8);
            assertThat(blocks.rows(8000, blocks.size())).isEqualTo(inMemory.rows(8000, inMemory.size()));
            assertThat(blocks.batch(12, TorchRandom.seeded(3)).y())
                    .isEqualTo(inMemory.batch(12, TorchRandom.seeded(3)).y());
            assertThat(mapped.blocks(63_000, 70_000, 8).rows(0, 1).x().ints()[0])
                    .isEqualTo(tokens[63_000]);
        }
    }

    @Test
    @SuppressWarnings("ByteBufferBackingArray") // of allocate, in llmc
    void reads_other_layouts() throws IOException {
        var raw = ByteBuffer.allocate(12)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(7)
                .putInt(100_000)
                .putInt(-1);
        try (var file = TokenFile.int32(write("a", raw.array()))) {
            assertThat(file.blocks(2).rows(0, 1).y().ints()).containsExactly(100_000, -1);
        }
        var gpt2 = llmc(20240520, 1, 3, 6)
                .putShort((short) 1)
                .putShort((short) 50_256)
                .putShort((short) 2);
        try (var file = TokenFile.llmc(write("b", gpt2.array()))) {
            assertThat(file.size()).isEqualTo(3);
            assertThat(file.blocks(2).rows(0, 1).x().ints()).containsExactly(1, 50_256);
        }
        var llama = llmc(20240801, 7, 3, 12).putInt(1).putInt(128_000).putInt(2);
        try (var file = TokenFile.llmc(write("c", llama.array()))) {
            assertThat(file.blocks(2).rows(0, 1).y().ints()).containsExactly(128_000, 2);
        }
    }

    @Test
    void llmc_reads_what_was_written_for_it() throws IOException {
        int[] tokens = IntStream.range(0, 70_000).map(i -> i * 13 % 50_257).toArray();
        var path = folder.resolve("tokens.bin");
        TokenFile.writeLlmc(path, tokens);
        assertThat(Files.size(path)).isEqualTo(1024 + 140_000);
        try (var file = TokenFile.llmc(path)) {
            file.requireVocabulary(50_257);
            assertThat(file.blocks(69_999).rows(0, 1).y().ints())
                    .containsExactly(Arrays.copyOfRange(tokens, 1, 70_000));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenFile.writeLlmc(path, -1))
                .withMessage("writeLlmc: token 0 is -1, an unsigned 16-bit number is 0 to 65535");
    }

    @Test
    void a_token_outside_the_vocabulary_is_named() throws IOException {
        int[] tokens = new int[70_000];
        tokens[69_998] = 50_257;
        var path = folder.resolve("tokens.bin");
        TokenFile.writeLlmc(path, tokens);
        try (var file = TokenFile.llmc(path)) {
            file.requireVocabulary(50_258);
            assertThatExceptionOfType(DataFileException.class)
                    .isThrownBy(() -> file.requireVocabulary(50_257))
                    .withMessage(path + ": token 69998 is 50257, the vocabulary has 0 to 50256; use the tokenizer that"
                            + " the file was made with");
        }
    }

    /** The file has holes, so it takes no room on the disk; nothing of it is read but what a batch wants. */
    @Test
    void a_file_of_gigabytes_takes_no_memory() throws IOException {
        var file = folder.resolve("large.bin");
        try (var large = new RandomAccessFile(file.toFile(), "rw")) {
            large.setLength(6L << 30);
        }
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try (var mapped = TokenFile.uint16(file)) {
            var blocks = mapped.blocks(1024);
            assertThat(blocks.batch(4, TorchRandom.seeded(1)).x().ints()).containsOnly(0);
            assertThat(blocks.rows(blocks.size() - 1, blocks.size()).y().ints()).containsOnly(0);
        }
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(16 << 20);
    }

    @Test
    void batches_allocate_nothing() throws IOException {
        var file = folder.resolve("train.bin");
        TokenFile.writeUint16(file, new int[10_000]);
        try (var mapped = TokenFile.uint16(file)) {
            var blocks = mapped.blocks(64);
            var batches = new Batches(blocks, BatchOptions.of(4, 7));
            var random = TorchRandom.seeded(1);
            long allocated = Long.MAX_VALUE;
            for (int attempt = 0; attempt < 50 && allocated > 0; attempt++) {
                long before = THREADS.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 200; i++) {
                    batches.next();
                    blocks.batch(12, random);
                }
                allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
            }
            assertThat(allocated).isZero();
        }
    }

    @Test
    void what_is_closed_is_no_longer_read() throws IOException {
        var file = folder.resolve("train.bin");
        TokenFile.writeUint16(file, 1, 2, 3, 4);
        var mapped = TokenFile.uint16(file);
        var blocks = mapped.blocks(2);
        mapped.close();
        mapped.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> blocks.batch(1, TorchRandom.seeded(1)))
                .withMessage(file + " is closed, it is no longer read");
    }

    private static void assertRefused(Path file, String problem) {
        assertThatExceptionOfType(DataFileException.class)
                .isThrownBy(() -> TokenFile.llmc(file))
                .withMessage(file + ": " + problem);
    }

    @Test
    void refuses_what_are_no_tokens() throws IOException {
        var odd = write("odd.bin", new byte[13]);
        assertThatExceptionOfType(DataFileException.class)
                .isThrownBy(() -> TokenFile.uint16(odd))
                .withMessage(odd + ": is truncated: it has 13 bytes, not a multiple of the 2 of a token");
        assertThatExceptionOfType(DataFileException.class)
                .isThrownBy(() -> TokenFile.int32(odd))
                .withMessage(odd + ": is truncated: it has 13 bytes, not a multiple of the 4 of a token");
        var headed = write("headed.bin", llmc(20240520, 1, 1, 2).array());
        assertThatExceptionOfType(DataFileException.class)
                .isThrownBy(() -> TokenFile.uint16(headed))
                .withMessage(headed + ": begins with the header of llm.c, which is no token; open it with llmc");
        assertRefused(odd, "is truncated: it has 13 bytes, its header alone 1024; copy or write it again");
        assertRefused(
                write("a", llmc(20240522, 1, 1, 2).array()),
                "is not a file of tokens of GPT-2 of llm.c or a file of tokens of Llama 3 of llm.c: it begins with"
                        + " 20240522, not with 20240520 or 20240801");
        assertRefused(
                write("f", llmc(20240328, 2, 1, 2).array()),
                "is a tokenizer of llm.c, not a file of tokens of GPT-2 of llm.c or a file of tokens of Llama 3 of"
                        + " llm.c");
        assertRefused(
                write("g", llmc(Integer.reverseBytes(20240520), 1, 1, 2).array()),
                "is a file of tokens of GPT-2 of llm.c with its bytes in the wrong order; write it again,"
                        + " little-endian");
        assertRefused(
                write("h", llmc(20240520, 2, 1, 2).array()),
                "is a file of tokens of GPT-2 of llm.c of version 2, which is not read; write it in version 1");
        assertRefused(
                write("b", llmc(20240520, 1, 5, 8).array()),
                "is truncated: its header says 5 tokens, in all 1034 bytes, it has 1032; copy or write it again");
        assertRefused(
                write("c", llmc(20240801, 7, -1, 8).array()),
                "is truncated: its header says 4294967295 tokens, in all 17179870204 bytes, it has 1032; copy or write"
                        + " it again");
        assertRefused(
                write("d", llmc(20240520, 1, 3, 8).array()),
                "is too long: its header says 3 tokens, in all 1030 bytes, it has 1032; copy or write it again");
        assertRefused(folder.resolve("missing"), "there is no such file");
        assertRefused(folder.resolve("a.gz"), "is compressed, it cannot be read where it lies; unpack it first");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenFile.writeUint16(odd, 0, 65_536))
                .withMessage("writeUint16: token 1 is 65536, an unsigned 16-bit number is 0 to 65535");
        try (var file = TokenFile.uint16(write("e", new byte[6]))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> file.blocks(3))
                    .withMessage("TokenDataset: 3 tokens give no block of 3 and the token behind it; give it more, or"
                            + " make blocks shorter");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> file.blocks(0, 4, 3))
                    .withMessage("TokenDataset: 0 to 4 is not within 0 to 3");
        }
    }
}
