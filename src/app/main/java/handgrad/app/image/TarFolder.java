package handgrad.app.image;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;

/**
 * A folder as a tar file with gzip: regular files, folders and symbolic links, of the owner root, with the permission
 * to run where the file's owner has it. The format is ustar of POSIX 1003.1 (pax, "ustar Interchange Format"), which
 * every tar reads.
 */
final class TarFolder {
    private static final int BLOCK = 512;
    private static final int NAME = 100;
    private static final int PREFIX = 155;
    private static final int READABLE = 0644;
    private static final int RUNNABLE = 0755;

    /** The offset and the length of the check sum in a header. */
    private static final int SUM = 148;

    private static final int SUM_LENGTH = 8;

    private TarFolder() {}

    /** Writes the folder, under its own name, to a new file. */
    static void write(Path folder, Path file) throws IOException {
        try (var tar = new BufferedOutputStream(new GZIPOutputStream(Files.newOutputStream(file), 1 << 16), 1 << 16);
                var paths = Files.walk(folder)) {
            for (var path : paths.sorted().toList()) {
                add(tar, name(folder, path), path);
            }
            // Two blocks of zeros are the end.
            tar.write(new byte[2 * BLOCK]);
        }
    }

    /** A path in the archive: below the name of the folder, with slashes. */
    static String name(Path folder, Path path) {
        var parent = folder.getParent();
        return (parent == null ? path : parent.relativize(path)).toString().replace('\\', '/');
    }

    private static void add(OutputStream tar, String name, Path path) throws IOException {
        if (Files.isSymbolicLink(path)) {
            tar.write(header(
                    name, RUNNABLE, 0, path, '2', Files.readSymbolicLink(path).toString()));
        } else if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            tar.write(header(name + "/", RUNNABLE, 0, path, '5', ""));
        } else {
            long size = Files.size(path);
            tar.write(header(name, Files.isExecutable(path) ? RUNNABLE : READABLE, size, path, '0', ""));
            if (Files.copy(path, tar) != size) {
                throw new IOException(path + " changed while it was archived");
            }
            tar.write(new byte[(int) (-size & (BLOCK - 1))]);
        }
    }

    private static byte[] header(String name, int mode, long size, Path path, char type, String link)
            throws IOException {
        var header = new byte[BLOCK];
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        int cut = cut(name, bytes);
        put(header, 0, Arrays.copyOfRange(bytes, cut == 0 ? 0 : cut + 1, bytes.length));
        octal(header, 100, 8, mode);
        octal(header, 108, 8, 0);
        octal(header, 116, 8, 0);
        octal(header, 124, 12, size);
        octal(
                header,
                136,
                12,
                Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toMillis() / 1000);
        header[156] = (byte) type;
        put(header, 157, text(link, NAME));
        put(header, 257, "ustar\00000".getBytes(StandardCharsets.US_ASCII));
        put(header, 265, "root".getBytes(StandardCharsets.US_ASCII));
        put(header, 297, "root".getBytes(StandardCharsets.US_ASCII));
        put(header, 345, Arrays.copyOf(bytes, cut));
        Arrays.fill(header, SUM, SUM + SUM_LENGTH, (byte) ' ');
        int sum = 0;
        for (byte each : header) {
            sum += each & 0xff;
        }
        octal(header, SUM, SUM_LENGTH - 1, sum);
        return header;
    }

    /** Where a slash cuts a name of more than 100 bytes into a prefix and a rest; 0 for a name that fits whole. */
    private static int cut(String name, byte... bytes) throws IOException {
        if (bytes.length <= NAME) {
            return 0;
        }
        for (int i = Math.min(PREFIX, bytes.length - 2); i > 0 && bytes.length - i - 1 <= NAME; i--) {
            if (bytes[i] == '/') {
                return i;
            }
        }
        throw new IOException("the name " + name + " is too long for a tar file");
    }

    private static byte[] text(String text, int most) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > most) {
            throw new IOException("the link to " + text + " is too long for a tar file");
        }
        return bytes;
    }

    private static void put(byte[] header, int offset, byte... bytes) {
        System.arraycopy(bytes, 0, header, offset, bytes.length);
    }

    /** A number in octal digits, with a zero byte at the end. */
    private static void octal(byte[] header, int offset, int length, long value) {
        var digits = Long.toOctalString(value);
        put(header, offset, ("0".repeat(length - 1 - digits.length()) + digits).getBytes(StandardCharsets.US_ASCII));
    }
}
