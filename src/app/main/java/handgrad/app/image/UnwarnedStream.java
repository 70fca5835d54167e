package handgrad.app.image;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Drops each line that is the JDK's warning of incubator modules; all else goes through as soon as it is told. */
final class UnwarnedStream extends FilterOutputStream {
    private static final byte[] WARNING = "WARNING: Using incubator modules".getBytes(StandardCharsets.US_ASCII);

    /** How many bytes of this line are the warning's and held back; negative in the rest of another line. */
    private int held;

    private boolean dropping;

    UnwarnedStream(OutputStream out) {
        super(out);
    }

    @Override
    public void write(int b) throws IOException {
        if (dropping) {
            dropping = b != '\n';
            return;
        }
        if (held >= 0 && b == WARNING[held]) {
            held++;
            if (held == WARNING.length) {
                dropping = true;
                held = 0;
            }
            return;
        }
        release();
        out.write(b);
        held = b == '\n' ? 0 : -1;
    }

    private void release() throws IOException {
        if (held > 0) {
            out.write(WARNING, 0, held);
        }
        held = -1;
    }

    /** The end: what was held back was not the warning. */
    void finish() throws IOException {
        release();
        out.flush();
    }
}
