package handgrad.io;

import handgrad.tensor.Tensor;
import handgrad.testing.FuzzTest;
import handgrad.testing.FuzzedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Stream;

class NpyFuzzTest implements FuzzTest {
    private static final String HEADER = "{'descr': '<i8', 'fortran_order': True, 'shape': (2, 3), }";

    @Override
    public Stream<FuzzedReader> readers() {
        return Stream.of(
                new FuzzedReader(
                        "array.npy",
                        List.of(
                                NpyTest.array(HEADER, 48),
                                NpyTest.array(HEADER.replace("<i8", ">f2"), 12),
                                NpyTest.array("{'descr':'|b1','fortran_order':False,'shape':()}\n", 1)),
                        NpyException.class,
                        Npy::read),
                // A header of the right length in front of elements, so that its text is read.
                new FuzzedReader(
                        "header.npy",
                        List.of(HEADER.getBytes(StandardCharsets.UTF_8)),
                        NpyException.class,
                        (file, header) -> FuzzedReader.write(
                                file, NpyTest.array(new String(header, StandardCharsets.ISO_8859_1), 48)),
                        Npy::read),
                new FuzzedReader("arrays.npz", List.of(archive()), NpyException.class, Npz::read));
    }

    private static byte[] archive() {
        var tensors = new LinkedHashMap<String, Tensor>();
        tensors.put("weight", Tensor.of(new float[] {1, -2, 3}, 3));
        tensors.put("größe", Tensor.of(new int[] {7}));
        try {
            Path file = Files.createTempFile("sample", ".npz");
            try {
                Npz.write(file, tensors);
                return Files.readAllBytes(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }
}
