package handgrad.app.audio;

import handgrad.app.command.WrongInputException;
import handgrad.testing.FuzzTest;
import handgrad.testing.FuzzedReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

class WavFuzzTest implements FuzzTest {
    @Override
    public Stream<FuzzedReader> readers() {
        return Stream.of(new FuzzedReader(
                "sound.wav", List.of(sound(1, "LIST"), sound(2, "id3 ")), WrongInputException.class, WavFile::read));
    }

    private static byte[] sound(int channels, String chunk) {
        var bytes = ByteBuffer.allocate(76).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(ascii("RIFF")).putInt(68).put(ascii("WAVE"));
        bytes.put(ascii("fmt "))
                .putInt(16)
                .putShort((short) 1)
                .putShort((short) channels)
                .putInt(8000);
        bytes.putInt(16000 * channels).putShort((short) (2 * channels)).putShort((short) 16);
        bytes.put(ascii(chunk)).putInt(3).putInt(7);
        bytes.put(ascii("data"))
                .putInt(20)
                .putInt(0x0001_FFFF)
                .putLong(Long.MIN_VALUE)
                .putLong(5);
        return bytes.array();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
