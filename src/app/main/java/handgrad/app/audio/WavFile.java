package handgrad.app.audio;

import handgrad.app.command.UserFile;
import handgrad.app.command.WrongInputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * WAV files of 16-bit PCM: {@code RIFF}, a length, {@code WAVE}, then chunks of a name, a length and that many bytes,
 * padded to an even number; numbers are little-endian. {@code fmt } says what the samples are that {@code data} holds
 * (Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0, 1991). Read here and not by {@code
 * javax.sound}, whose one error for all that it does not take says neither what is wrong nor what to do.
 */
final class WavFile {
    private static final int MAXIMUM_BYTES = 256 << 20;
    private static final int HEADER_BYTES = 44;
    private static final int PCM = 1;

    /** The format whose real one stands in the first two bytes of its extension. */
    private static final int EXTENSIBLE = 0xFFFE;

    private static final int EXTENSION_FORMAT_AT = 24;
    private static final int BYTES_PER_SAMPLE = 2;

    /** More than any sound has, and few enough that ten minutes fit into an array. */
    private static final int MAXIMUM_SAMPLE_RATE = 999_999;

    /**
     * Programs that write to a pipe, and know no length beforehand, put the largest one in its place, or the largest
     * with a sign, and some take the bytes of a header off it: lengths from here on are none.
     */
    private static final long UNKNOWN_LENGTH = 0x7FFF_0000L;

    private final Path path;
    private final ByteBuffer bytes;

    private WavFile(Path path, byte[] bytes) {
        this.path = path;
        this.bytes = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Reads a file; several channels become one, their mean.
     *
     * @throws WrongInputException if it cannot be read or is no whole WAV file of 16-bit PCM
     */
    static Sound read(Path path) {
        return new WavFile(path, new UserFile("", path, "a WAV file").bytes(MAXIMUM_BYTES)).parse();
    }

    private Sound parse() {
        if (bytes.capacity() == 0) {
            throw new WrongInputException(path + " is empty; a WAV file is expected");
        }
        if (bytes.capacity() < 12 || !name(0).equals("RIFF") || !name(8).equals("WAVE")) {
            throw convert("is not a WAV file: it does not begin with RIFF and WAVE");
        }
        var format = ByteBuffer.allocate(0);
        for (int at = 12; at + 8 <= bytes.capacity(); ) {
            var name = name(at);
            long length = Integer.toUnsignedLong(bytes.getInt(at + 4));
            int there = bytes.capacity() - at - 8;
            if (name.equals("data") && reachesToTheEnd(length, at + 8)) {
                length = there;
            }
            if (length >= UNKNOWN_LENGTH) {
                throw convert("does not say how long its chunk '" + name + "' is, as if it was written to a pipe");
            }
            if (length > there) {
                throw new WrongInputException(path + " is truncated: its chunk '" + name + "' should have " + length
                        + " bytes, " + there + " are there; copy the file again");
            }
            var chunk = bytes.slice(at + 8, (int) length).order(ByteOrder.LITTLE_ENDIAN);
            if (name.equals("fmt ")) {
                format = chunk;
            } else if (name.equals("data")) {
                return sound(format, chunk);
            }
            at += 8 + (int) (length + length % 2);
        }
        throw new WrongInputException(path + " is truncated: it has no chunk 'data'; copy the file again");
    }

    /**
     * Whether the samples from here on reach to the end of the file, because their length was not known when it was
     * written. Nobody knew it either where it is 0 and samples follow, which are not chunks one after the other.
     */
    private boolean reachesToTheEnd(long length, int from) {
        if (length != 0) {
            return length >= UNKNOWN_LENGTH;
        }
        long at = from;
        while (at + 8 <= bytes.capacity() && name((int) at).matches("[A-Za-z0-9_ ]{4}")) {
            at += 8 + Integer.toUnsignedLong(bytes.getInt((int) at + 4));
            at += at % 2;
        }
        // The last chunk may lack the byte that makes its length even.
        return at != bytes.capacity() && at != bytes.capacity() + 1L;
    }

    private Sound sound(ByteBuffer format, ByteBuffer data) {
        if (format.capacity() < 16) {
            throw convert("has no chunk 'fmt ' that says what its samples are");
        }
        int encoding = Short.toUnsignedInt(format.getShort(0));
        if (encoding == EXTENSIBLE && format.capacity() >= EXTENSION_FORMAT_AT + 2) {
            encoding = Short.toUnsignedInt(format.getShort(EXTENSION_FORMAT_AT));
        }
        int channels = Short.toUnsignedInt(format.getShort(2));
        long sampleRate = Integer.toUnsignedLong(format.getInt(4));
        int bits = Short.toUnsignedInt(format.getShort(14));
        if (encoding != PCM) {
            throw convert("is compressed or of floats: its format is " + encoding + ", not 1, which is PCM");
        }
        if (bits != Short.SIZE) {
            throw convert("has samples of " + bits + " bits, not 16");
        }
        if (channels == 0) {
            throw convert("has no channels");
        }
        if (sampleRate == 0 || sampleRate > MAXIMUM_SAMPLE_RATE) {
            throw convert("has " + sampleRate + " samples in a second, not 1 to " + MAXIMUM_SAMPLE_RATE);
        }
        short[] samples = new short[data.capacity() / (BYTES_PER_SAMPLE * channels)];
        for (int i = 0; i < samples.length; i++) {
            int sum = 0;
            for (int channel = 0; channel < channels; channel++) {
                sum += data.getShort(BYTES_PER_SAMPLE * (i * channels + channel));
            }
            samples[i] = (short) Math.floorDiv(sum, channels);
        }
        if (samples.length == 0) {
            throw new WrongInputException(path + " has no samples");
        }
        return new Sound((int) sampleRate, samples);
    }

    private String name(int at) {
        return new String(bytes.array(), at, 4, StandardCharsets.ISO_8859_1);
    }

    private WrongInputException convert(String problem) {
        return new WrongInputException(path + " " + problem
                + "; convert it, for example with: ffmpeg -i FILE -ac 1 -ar 8000 -c:a pcm_s16le OUT.wav");
    }

    /** Writes a sound as a WAV file of one channel, over a file of this name. */
    static void write(Path path, Sound sound) throws IOException {
        int dataBytes = BYTES_PER_SAMPLE * sound.samples().length;
        var bytes = ByteBuffer.allocate(HEADER_BYTES + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(ascii("RIFF")).putInt(HEADER_BYTES - 8 + dataBytes).put(ascii("WAVE"));
        bytes.put(ascii("fmt ")).putInt(16).putShort((short) PCM).putShort((short) 1);
        bytes.putInt(sound.sampleRate()).putInt(BYTES_PER_SAMPLE * sound.sampleRate());
        bytes.putShort((short) BYTES_PER_SAMPLE).putShort((short) Short.SIZE);
        bytes.put(ascii("data")).putInt(dataBytes);
        for (short sample : sound.samples()) {
            bytes.putShort(sample);
        }
        Files.write(path, bytes.array());
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
