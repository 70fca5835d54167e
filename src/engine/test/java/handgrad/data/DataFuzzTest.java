package handgrad.data;

import handgrad.testing.FuzzTest;
import handgrad.testing.FuzzedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

class DataFuzzTest implements FuzzTest {
    private static final byte[] IMAGES = ByteBuffer.allocate(16 + 2 * 3 * 4)
            .putInt(2051)
            .putInt(2)
            .putInt(3)
            .putInt(4)
            .array();
    private static final byte[] LABELS =
            ByteBuffer.allocate(8 + 2).putInt(2049).putInt(2).put((byte) 9).array();
    private static final byte[] CIFAR = new byte[3073];
    private static final List<byte[]> IDX = List.of(
            IMAGES, LABELS, idx(0x0b02, 3, 2, Short.BYTES), idx(0x0d02, 5, 1, Float.BYTES), idx(0x0e01, 4, 1, 8));

    private static byte[] idx(int magic, int rows, int columns, int bytes) {
        var file = ByteBuffer.allocate(4 + 4 * (magic & 0xff) + rows * columns * bytes)
                .putInt(magic)
                .putInt(rows);
        return (magic & 0xff) == 1 ? file.array() : file.putInt(columns).array();
    }

    @Override
    public Stream<FuzzedReader> readers() {
        return Stream.of(
                FuzzedReader.ofText(
                        "names.txt",
                        List.of(
                                "emma\nolivia\nava\nliam\nnoah\nzoe\n",
                                "\ufeffa\r\nb\r\n\r\nc\r\nd\r\ne\r\nf\r\ng",
                                "Zoë\nЮлия\n李娜\nमीरा\nيوسف\n😀 O'Brien-7\n"),
                        NamesException.class,
                        Names::read),
                images("train-images-idx3-ubyte", List.of(IMAGES), FuzzedReader::write),
                images("t10k-labels-idx1-ubyte", List.of(LABELS), FuzzedReader::write),
                images("train-labels-idx1-ubyte.gz", List.of(gzip(LABELS)), FuzzedReader::write),
                images(
                        "t10k-images-idx3-ubyte.gz",
                        List.of(IMAGES),
                        (file, content) -> FuzzedReader.write(file, gzip(content))),
                images("test_batch.bin", List.of(CIFAR), FuzzedReader::write),
                images("data_batch_2.bin.gz", List.of(gzip(CIFAR)), FuzzedReader::write),
                images("test.bin", List.of(new byte[2 * 3074]), FuzzedReader::write),
                new FuzzedReader("any.idx", IDX, DataFileException.class, IdxFile::read),
                new FuzzedReader(
                        "any.idx.gz",
                        IDX,
                        DataFileException.class,
                        (file, content) -> FuzzedReader.write(file, gzip(content)),
                        IdxFile::read),
                FuzzedReader.ofText(
                        "table.csv",
                        List.of(
                                "rooms,town,price\n1,Rom,10.5\n3,\"Ulm, Donau\",-2e3\nNA,Rom,0\n",
                                "price,rooms,town\r\n\r\n1,2,\"a\nb\"\r\n2,,c\r\n7,5,c\r\n-0.5,nan,\"\"\"\"\r\n"),
                        DataFileException.class,
                        DataFuzzTest::split),
                FuzzedReader.ofText(
                        "text.txt",
                        List.of("to be or not to be, that is the question: whether 'tis nobler 😀\n"),
                        DataFileException.class,
                        file -> TextDataset.read(file, 4)),
                new FuzzedReader("rows.idx", IDX, DataFileException.class, DataFuzzTest::mapped),
                new FuzzedReader(
                        "tokens.bin",
                        List.of(tokens(20240520, 1, Short.BYTES), tokens(20240801, 7, Integer.BYTES)),
                        DataFileException.class,
                        file -> TokenFile.llmc(file).close()));
    }

    private static byte[] tokens(int magic, int version, int bytes) {
        return ByteBuffer.allocate(1024 + 5 * bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(magic)
                .putInt(version)
                .putInt(5)
                .array();
    }

    private static void mapped(Path file) throws DataFileException {
        try (var rows = MappedRows.idx(file)) {
            int last = rows.size() - 1;
            rows.fill(last < 0 ? new int[0] : new int[] {0, last}, rows.empty(2));
        }
    }

    private static void split(Path file) throws DataFileException {
        var table = CsvTable.read(file);
        var options = TableOptions.regression("price").withCategories("town");
        table.split(options.withMissing(MissingCells.DROP_ROW), 1, 0, 7);
        table.split(options.withMissing(MissingCells.MEAN).withIndices(true).withStandardized(false), 1, 0, 7);
        CsvTable.read(file, CsvOptions.COMMA.withHeader(false))
                .split(
                        TableOptions.classification("3")
                                .withCategories("1", "2")
                                .withMissing(MissingCells.MEAN),
                        1,
                        0,
                        7);
    }

    /** A reader of a folder of images in which one file is damaged. */
    private static FuzzedReader images(String file, List<byte[]> samples, FuzzedReader.Preparation prepare) {
        return new FuzzedReader(
                file,
                samples,
                DataFileException.class,
                (path, content) -> {
                    writeOthers(path);
                    prepare.write(path, content);
                },
                path -> ImageFolder.read(path.resolveSibling("")));
    }

    private static void writeOthers(Path damaged) throws IOException {
        var folder = damaged.resolveSibling("");
        if (Files.exists(folder.resolve("others"))) {
            return;
        }
        Files.createFile(folder.resolve("others"));
        var name = String.valueOf(damaged.getFileName()).replace(".gz", "");
        if (name.equals("test.bin")) {
            writeOther(folder, "train.bin", new byte[3074], name);
        } else if (name.contains("batch")) {
            for (var batch : List.of(
                    "data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch")) {
                writeOther(folder, batch + ".bin", CIFAR, name);
            }
        } else {
            for (var part : List.of("train", "t10k")) {
                writeOther(folder, part + "-images-idx3-ubyte", IMAGES, name);
                writeOther(folder, part + "-labels-idx1-ubyte", LABELS, name);
            }
        }
    }

    private static void writeOther(Path folder, String name, byte[] content, String damaged) throws IOException {
        if (!name.equals(damaged)) {
            Files.write(folder.resolve(name), content);
        }
    }

    private static byte[] gzip(byte[] content) {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(content);
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
        return bytes.toByteArray();
    }
}
