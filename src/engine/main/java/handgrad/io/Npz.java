package handgrad.io;

import handgrad.file.InputFile;
import handgrad.file.PrintableText;
import handgrad.tensor.Tensor;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Arrays by name in a file of NumPy, {@code .npz}: what {@code numpy.savez} and {@code numpy.savez_compressed} write
 * and {@code numpy.load} reads. It is a ZIP archive with a file of {@link Npy} for each array.
 */
public final class Npz {
    private static final String SUFFIX = ".npy";

    /** The most bytes that one byte of a deflated entry can stand for. */
    private static final int LARGEST_RATIO = 1032;

    /** The same in every file, so that equal arguments give equal bytes. */
    private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private Npz() {}

    /**
     * Reads a file.
     *
     * <p>The length of each array is checked against its place in the file, and the places of all against the size of
     * the file, before memory is set aside: no archive unpacks to more than 1032 times its size.
     *
     * @return the arrays by name, in the order of the file; it cannot be changed
     * @throws NpyException if the file cannot be read, is not such a file, is damaged, or has a number that the type
     *     cannot hold; the message names the array
     */
    public static Map<String, Tensor> read(Path file) throws NpyException {
        try (var channel = InputFile.open(file, "a file of arrays of NumPy");
                var archive = new ZipFile(file.toFile())) {
            return tensors(file, archive, channel.size());
        } catch (IOException e) {
            throw Npy.unreadable(file, e);
        } catch (IllegalArgumentException e) {
            throw new NpyException(file, "is no sound ZIP archive, " + e.getMessage(), e);
        }
    }

    private static Map<String, Tensor> tensors(Path file, ZipFile archive, long size) throws IOException {
        long rest = size;
        var entries = new ArrayList<ZipEntry>(Collections.list(archive.entries()));
        for (var entry : entries) {
            var place = place(entry);
            if (!entry.getName().endsWith(SUFFIX)) {
                throw new NpyException(file, place + "is no array, its name does not end with .npy");
            }
            long compressed = entry.getCompressedSize();
            rest -= compressed;
            if (compressed < 0 || rest < 0 || entry.getSize() < 0 || entry.getSize() / LARGEST_RATIO > compressed) {
                throw new NpyException(
                        file,
                        place + "cannot have " + entry.getSize() + " bytes in " + compressed + " of the archive's "
                                + size);
            }
        }
        var tensors = new LinkedHashMap<String, Tensor>();
        for (var entry : entries) {
            var name = entry.getName().substring(0, entry.getName().length() - SUFFIX.length());
            if (tensors.put(name, tensor(file, archive, entry)) != null) {
                throw new NpyException(file, place(entry) + "is there twice");
            }
        }
        return Collections.unmodifiableMap(tensors);
    }

    private static Tensor tensor(Path file, ZipFile archive, ZipEntry entry) throws IOException {
        var checksum = new CRC32();
        try (var in = new CheckedInputStream(archive.getInputStream(entry), checksum)) {
            var tensor = new NpyReader(file, place(entry), in, entry.getSize()).read();
            if (in.read() >= 0) {
                throw new NpyException(file, place(entry) + "is longer than the archive says");
            }
            if (checksum.getValue() != entry.getCrc()) {
                throw new NpyException(file, place(entry) + "is damaged, its CRC-32 is wrong; copy the file again");
            }
            return tensor;
        } catch (NpyException e) {
            throw e;
        } catch (IOException e) {
            throw new NpyException(file, place(entry) + "cannot be unpacked, " + e.getMessage(), e);
        }
    }

    private static String place(ZipEntry entry) {
        return "array '" + PrintableText.excerpt(entry.getName()) + "': ";
    }

    /**
     * Writes a file, or replaces it whole, not compressed, as {@code numpy.savez} does. Equal arguments give equal
     * bytes.
     *
     * @throws NpyException if the file cannot be written
     */
    public static void write(Path file, Map<String, Tensor> tensors) throws NpyException {
        Npy.replace(file, channel -> write(channel, tensors));
    }

    private static void write(FileChannel channel, Map<String, Tensor> tensors) throws IOException {
        // Not closed, for the channel is closed by who opened it.
        var archive = new ZipOutputStream(new BufferedOutputStream(Channels.newOutputStream(channel)));
        var target = Channels.newChannel(archive);
        for (var named : tensors.entrySet()) {
            var tensor = named.getValue();
            byte[] header = Npy.header(tensor);
            var checksum = new CRC32();
            checksum.update(header);
            SafetensorsWriter.elements(tensor, checksum::update);
            var entry = new ZipEntry(named.getKey() + SUFFIX);
            entry.setMethod(ZipEntry.STORED);
            entry.setTimeLocal(TIME);
            entry.setCrc(checksum.getValue());
            entry.setSize(header.length
                    + (long) tensor.shape().elements() * StoredType.of(tensor).bytes());
            archive.putNextEntry(entry);
            Npy.writeAll(target, ByteBuffer.wrap(header));
            SafetensorsWriter.elements(tensor, bytes -> Npy.writeAll(target, bytes));
            archive.closeEntry();
        }
        archive.finish();
        archive.flush();
    }
}
