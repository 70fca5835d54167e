package handgrad.app.train;

import handgrad.app.command.WrongInputException;
import handgrad.testing.FuzzTest;
import handgrad.testing.FuzzedReader;
import java.util.List;
import java.util.stream.Stream;

class OptionsFuzzTest implements FuzzTest {
    @Override
    public Stream<FuzzedReader> readers() {
        return Stream.of(options(), environment());
    }

    private static FuzzedReader environment() {
        return FuzzedReader.ofText(
                "environment.json",
                List.of("{\"handgrad\":\"0.1\",\"jdk\":\"25.0.3+9-LTS\",\"blas\":\"0.3.31\",\"core\":\"Haswell\","
                        + "\"route\":\"Java\",\"vectorBits\":256,\"fma\":true,\"threads\":2}\n"),
                WrongInputException.class,
                EnvironmentFile::read);
    }

    private static FuzzedReader options() {
        return FuzzedReader.ofText(
                "options.json",
                List.of(
                        "{\"model\":\"mlp-bn\",\"steps\":100,\"batchSize\":32,\"lr\":0.1,\"seed\":1,\"hidden\":200,"
                                + "\"embedding\":10,\"blockSize\":3,\"data\":\"bundled\"}\n",
                        "{\n\"data\":\"/größe/names.txt\",\"model\":\"wavenet\",\"steps\":1,\"batchSize\":2,"
                                + "\"lr\":1e-3,\"seed\":-9223372036854775808,\"hidden\":8,\"embedding\":2,\n"
                                + "\"blockSize\":8,\"later\":null,\"alphabet\":\" '-Aé\u05d0😀\"}"),
                WrongInputException.class,
                OptionsFile::read);
    }
}
