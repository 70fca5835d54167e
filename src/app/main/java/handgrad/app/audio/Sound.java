package handgrad.app.audio;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Sound of one channel.
 *
 * @param sampleRate samples in a second
 * @param samples from -32,768 to 32,767, not copied
 */
@SuppressWarnings("ArrayRecordComponent")
record Sound(int sampleRate, short[] samples) {
    /** How long it lasts. */
    double seconds() {
        return (double) samples.length / sampleRate;
    }

    /** The SHA-256 of the samples and their rate, in hexadecimal digits. */
    String digest() {
        try {
            var bytes = ByteBuffer.allocate(Integer.BYTES + samples.length * Short.BYTES);
            bytes.putInt(sampleRate).asShortBuffer().put(samples);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
        } catch (NoSuchAlgorithmException exception) {
            throw new IllegalStateException("every Java platform has SHA-256", exception);
        }
    }
}
