package handgrad.io;

import handgrad.nn.GptOptions;
import handgrad.tensor.Tensor;
import handgrad.testing.FuzzTest;
import handgrad.testing.FuzzedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

class Gpt2FuzzTest implements FuzzTest {
    private static final GptOptions SMALL =
            GptOptions.GPT2.withVocabulary(5).withBlockSize(2).withSizes(1, 1, 2);
    private static final GptOptions LARGER =
            GptOptions.GPT2.withVocabulary(129).withBlockSize(3).withSizes(2, 2, 4);

    private interface Writing {
        void write(Path file) throws IOException;
    }

    @Override
    public Stream<FuzzedReader> readers() {
        byte[] small = written(file -> Gpt2Model.write(file, Gpt2ModelTest.model(SMALL)));
        byte[] larger = written(file -> Gpt2Model.write(file, Gpt2ModelTest.model(LARGER)));
        var state = new Gpt2DebugState(
                Tensor.of(new int[] {0, 4}, 1, 2),
                Tensor.of(new int[] {4, 1}, 1, 2),
                Tensor.zeros(1, 2, 5),
                1,
                Gpt2ModelTest.model(SMALL).stateDict());
        return Stream.of(
                new FuzzedReader(
                        "model.bin",
                        List.of(small, larger, bfloat16(small)),
                        Gpt2FileException.class,
                        file -> Gpt2Model.read(file).tensors()),
                new FuzzedReader(
                        "gpt.bin",
                        List.of(small),
                        Gpt2FileException.class,
                        file -> Gpt2Model.read(file).load()),
                new FuzzedReader(
                        "state.bin",
                        List.of(written(file -> state.write(file, SMALL))),
                        Gpt2FileException.class,
                        (file, content) -> {
                            FuzzedReader.write(file.resolveSibling("right.bin"), small);
                            FuzzedReader.write(file, content);
                        },
                        file -> Gpt2DebugState.read(file, Gpt2Model.read(file.resolveSibling("right.bin")))),
                new FuzzedReader(
                        "tokenizer.bin",
                        List.of(written(Gpt2TokenizerTest.tokenizer()::write)),
                        Gpt2FileException.class,
                        file -> {
                            var tokenizer = Gpt2Tokenizer.read(file);
                            tokenizer.decode(tokenizer.size() - 1, tokenizer.endOfText());
                        }));
    }

    /** The header says bfloat16, and half the bytes are there. */
    private static byte[] bfloat16(byte[] model) {
        byte[] half = Arrays.copyOf(model, 1024 + (model.length - 1024) / 2);
        half[Integer.BYTES] = 5;
        return half;
    }

    private static byte[] written(Writing writing) {
        try {
            var file = Files.createTempFile("sample", ".bin");
            try {
                writing.write(file);
                return Files.readAllBytes(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }
}
