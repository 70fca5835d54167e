package handgrad.app.audio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import handgrad.app.command.WrongInputException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WavFileTest {
    private static final String CONVERT =
            "; convert it, for example with: ffmpeg -i FILE -ac 1 -ar 8000 -c:a pcm_s16le OUT.wav";

    @TempDir
    private Path folder;

    private static byte[] chunk(String name, byte[] content) {
        var bytes = ByteBuffer.allocate(8 + content.length + content.length % 2).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(name.getBytes(StandardCharsets.US_ASCII))
                .putInt(content.length)
                .put(content);
        return bytes.array();
    }

    private static byte[] format(int encoding, int channels, int bits) {
        var bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putShort((short) encoding).putShort((short) channels).putInt(8000);
        bytes.putInt(8000 * channels * bits / 8)
                .putShort((short) (channels * bits / 8))
                .putShort((short) bits);
        return bytes.array();
    }

    private static byte[] wav(byte[]... chunks) throws IOException {
        var content = new ByteArrayOutputStream();
        content.write("WAVE".getBytes(StandardCharsets.US_ASCII));
        for (var chunk : chunks) {
            content.write(chunk);
        }
        return chunk("RIFF", content.toByteArray());
    }

    private static byte[] samples(int... samples) {
        var bytes = ByteBuffer.allocate(2 * samples.length).order(ByteOrder.LITTLE_ENDIAN);
        Arrays.stream(samples).forEach(sample -> bytes.putShort((short) sample));
        return bytes.array();
    }

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("sound.wav"), bytes);
    }

    private void assertRefused(byte[] bytes, String problem) throws IOException {
        var file = file(bytes);
        assertThatExceptionOfType(WrongInputException.class)
                .isThrownBy(() -> WavFile.read(file))
                .withMessage(file + problem);
    }

    @Test
    void what_is_written_is_read_back() throws IOException {
        var file = folder.resolve("sound.wav");
        WavFile.write(file, new Sound(16_000, new short[] {0, 1, -1, 32_767, -32_768}));
        var sound = WavFile.read(file);
        assertThat(sound.sampleRate()).isEqualTo(16_000);
        assertThat(sound.samples()).containsExactly(0, 1, -1, 32_767, -32_768);
    }

    /** Debian's files of speech and those of ffmpeg have chunks that say who made them, before the samples or after. */
    @Test
    void chunks_that_do_not_matter_are_passed_over() throws IOException {
        var odd = new byte[] {1, 2, 3};
        var file = file(wav(chunk("LIST", odd), chunk("fmt ", format(1, 1, 16)), chunk("data", samples(7, -7)), odd));
        assertThat(WavFile.read(file).samples()).containsExactly(7, -7);
    }

    @Test
    void channels_become_their_mean() throws IOException {
        var file = file(wav(chunk("fmt ", format(1, 2, 16)), chunk("data", samples(10, 20, -32_768, -32_768, 3, -3))));
        assertThat(WavFile.read(file).samples()).containsExactly(15, -32_768, 0);
    }

    @Test
    void extensible_pcm_is_pcm() throws IOException {
        var extended = ByteBuffer.allocate(40).order(ByteOrder.LITTLE_ENDIAN);
        extended.put(format(0xFFFE, 1, 16)).putShort((short) 22).position(24);
        extended.putShort((short) 1);
        var file = file(wav(chunk("fmt ", extended.array()), chunk("data", samples(9))));
        assertThat(WavFile.read(file).samples()).containsExactly(9);
    }

    @Test
    void what_is_not_16_bit_pcm_is_refused() throws IOException {
        var data = chunk("data", samples(1, 2));
        assertRefused(wav(chunk("fmt ", format(1, 1, 8)), data), " has samples of 8 bits, not 16" + CONVERT);
        assertRefused(wav(chunk("fmt ", format(1, 1, 24)), data), " has samples of 24 bits, not 16" + CONVERT);
        assertRefused(
                wav(chunk("fmt ", format(85, 1, 16)), data),
                " is compressed or of floats: its format is 85, not 1, which is PCM" + CONVERT);
        assertRefused(wav(chunk("fmt ", format(1, 0, 16)), data), " has no channels" + CONVERT);
        assertRefused(wav(data), " has no chunk 'fmt ' that says what its samples are" + CONVERT);
    }

    @Test
    void a_sample_rate_that_no_sound_has_is_refused() throws IOException {
        for (long rate : new long[] {0, 1_000_000, 4_000_000_000L}) {
            var format = format(1, 1, 16);
            ByteBuffer.wrap(format).order(ByteOrder.LITTLE_ENDIAN).putInt(4, (int) rate);
            assertRefused(
                    wav(chunk("fmt ", format), chunk("data", samples(1, 2))),
                    " has " + rate + " samples in a second, not 1 to 999999" + CONVERT);
        }
    }

    @Test
    void a_length_that_is_not_known_is_refused() throws IOException {
        var list = chunk("LIST", samples(1, 2));
        ByteBuffer.wrap(list).putInt(4, -1);
        assertRefused(
                wav(chunk("fmt ", format(1, 1, 16)), list),
                " does not say how long its chunk 'LIST' is, as if it was written to a pipe" + CONVERT);
    }

    /** As ffmpeg, arecord, sox and others put it when they write to a pipe. */
    @ParameterizedTest
    @ValueSource(longs = {0x8000_0000L, 0x7FFF_FFDBL, 0x7FFF_FFFFL, 0x7FFF_F000L, 0xFFFF_FFFFL, 0xFFFF_FFDBL, 0})
    void samples_of_unknown_length_reach_to_the_end(long length) throws IOException {
        var data = chunk("data", samples(7, -7, 0x4142, 0, 3));
        ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).putInt(4, (int) length);
        var whole = wav(chunk("fmt ", format(1, 1, 16)), data);
        assertThat(WavFile.read(file(whole)).samples()).containsExactly(7, -7, 0x4142, 0, 3);
        // The length of the whole, which stands at the beginning, is as unknown.
        ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).putInt(4, (int) length);
        assertThat(WavFile.read(file(whole)).samples()).containsExactly(7, -7, 0x4142, 0, 3);
        // Half a sample at the end is none.
        assertThat(WavFile.read(file(Arrays.copyOf(whole, whole.length - 1))).samples())
                .containsExactly(7, -7, 0x4142, 0);
    }

    @Test
    void no_samples_and_chunks_after_them_are_no_samples() throws IOException {
        var format = chunk("fmt ", format(1, 1, 16));
        var list = chunk("LIST", new byte[] {1, 2, 3, 4});
        assertRefused(wav(format, chunk("data", new byte[0]), list, list), " has no samples");
        assertRefused(wav(format, chunk("data", new byte[0]), list, chunk("id3 ", new byte[] {1})), " has no samples");
    }

    @Test
    void a_message_shows_no_control_characters_of_a_file() throws IOException {
        var chunk = chunk("\033[2J", new byte[] {1, 2});
        ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN).putInt(4, 100);
        assertRefused(
                wav(chunk),
                " is truncated: its chunk '\\u001b[2J' should have 100 bytes, 2 are there; copy the file again");
    }

    @Test
    void what_is_no_whole_wav_file_is_refused() throws IOException {
        assertRefused(new byte[0], " is empty; a WAV file is expected");
        var noWav = " is not a WAV file: it does not begin with RIFF and WAVE" + CONVERT;
        assertRefused("emma\nava\n".getBytes(StandardCharsets.US_ASCII), noWav);
        assertRefused("a text that is longer than a header".getBytes(StandardCharsets.US_ASCII), noWav);
        var whole = wav(chunk("fmt ", format(1, 1, 16)), chunk("data", samples(1, 2, 3)));
        assertRefused(
                new ByteArrayInputStream(whole).readNBytes(whole.length - 2),
                " is truncated: its chunk 'data' should have 6 bytes, 4 are there; copy the file again");
        assertRefused(
                new ByteArrayInputStream(whole).readNBytes(36),
                " is truncated: it has no chunk 'data'; copy the file again");
        assertRefused(wav(chunk("fmt ", format(1, 1, 16)), chunk("data", new byte[0])), " has no samples");
    }

    @Test
    void what_is_no_file_is_refused() {
        assertThatExceptionOfType(WrongInputException.class)
                .isThrownBy(() -> WavFile.read(folder))
                .withMessage(folder + ": is a folder, not a WAV file");
        assertThatExceptionOfType(WrongInputException.class)
                .isThrownBy(() -> WavFile.read(folder.resolve("none.wav")))
                .withMessage(folder.resolve("none.wav") + ": there is no such file");
    }

    /** Cut anywhere, a file is read whole or refused with a message, and nothing else is thrown. */
    @Test
    void a_file_cut_anywhere_is_refused() throws IOException {
        var whole = wav(chunk("fmt ", format(1, 1, 16)), chunk("data", samples(1, 2, 3)));
        for (int length = 0; length < whole.length; length++) {
            var file = file(Arrays.copyOf(whole, length));
            assertThatExceptionOfType(WrongInputException.class)
                    .as("%d bytes", length)
                    .isThrownBy(() -> WavFile.read(file))
                    .withMessageStartingWith(file.toString());
        }
    }
}
