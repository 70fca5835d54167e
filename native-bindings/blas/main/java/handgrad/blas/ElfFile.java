package handgrad.blas;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * A look at a shared library of Linux before it is opened. The dynamic loader maps what the headers promise, and where
 * a file that was cut short has nothing to map, it ends the process with SIGBUS.
 *
 * <p>Offsets are those of the 64-bit format in the System V ABI (ELF header and program header).
 */
final class ElfFile {
    private static final int HEADER_SIZE = 64;
    private static final int PROGRAM_HEADER_SIZE = 56;
    private static final int MAGIC = 'F' << 24 | 'L' << 16 | 'E' << 8 | 0x7f;
    private static final int CLASS_64_LITTLE_ENDIAN = 0x0102;
    private static final int LOADABLE = 1;

    private ElfFile() {}

    /** Refuses a file that is no ELF file or that ends before its last segment. */
    static void requireWhole(Path file) throws IOException, UnusableLibraryException {
        try (var channel = FileChannel.open(file)) {
            ByteBuffer header = read(channel, 0, HEADER_SIZE);
            if (header.remaining() < HEADER_SIZE
                    || header.getInt(0) != MAGIC
                    || header.getShort(4) != CLASS_64_LITTLE_ENDIAN) {
                throw new UnusableLibraryException("not a 64-bit shared library");
            }
            long programHeaders = header.getLong(32);
            int count = Short.toUnsignedInt(header.getShort(56));
            for (int i = 0; i < count; i++) {
                ByteBuffer segment =
                        read(channel, programHeaders + (long) i * PROGRAM_HEADER_SIZE, PROGRAM_HEADER_SIZE);
                boolean complete = segment.remaining() == PROGRAM_HEADER_SIZE
                        && (segment.getInt(0) != LOADABLE
                                || segment.getLong(8) + segment.getLong(32) <= channel.size());
                if (!complete) {
                    throw new UnusableLibraryException("the file is cut short, it has " + channel.size() + " bytes");
                }
            }
        }
    }

    private static ByteBuffer read(FileChannel channel, long position, int size) throws IOException {
        var buffer = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining() && channel.read(buffer, position + buffer.position()) > 0) {
            // A read may return less than asked for.
        }
        return buffer.flip();
    }
}
