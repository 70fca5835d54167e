package handgrad.app.learn;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Keeps the beginning of what is printed. */
final class PrintedText extends OutputStream {
    private static final int MOST_BYTES = 4_000;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Override
    public synchronized void write(int b) {
        if (bytes.size() < MOST_BYTES) {
            bytes.write(b);
        }
    }

    @Override
    public synchronized void write(byte[] from, int offset, int length) {
        bytes.write(from, offset, Math.min(length, MOST_BYTES - bytes.size()));
    }

    /** Forgets it. */
    synchronized void clear() {
        bytes.reset();
    }

    @Override
    public synchronized String toString() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
