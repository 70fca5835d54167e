package handgrad.io;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.io.SmallTraining.Method;
import handgrad.io.SmallTraining.Net;
import handgrad.testing.FuzzTest;
import handgrad.testing.FuzzedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A damaged checkpoint is refused and changes nothing, or what was changed does not count and its bits are right. */
class CheckpointFuzzTest implements FuzzTest {
    private final SmallTraining one = new SmallTraining(Net.BATCH_NORM, Method.SGD, 1).train(2);
    private final SmallTraining other = new SmallTraining(Net.BATCH_NORM, Method.SGD, 2).train(5);
    private final List<Map<String, Object>> right = List.of(one.bits(), other.bits());
    private final SmallTraining training = one.another();
    private Map<String, Object> before = training.bits();

    @Override
    public Stream<FuzzedReader> readers() {
        return Stream.of(new FuzzedReader(
                "training.safetensors", List.of(file(one), file(other)), SafetensorsException.class, this::read));
    }

    private void read(Path file) throws IOException {
        try {
            Checkpoint.read(file, training.state());
        } catch (SafetensorsException exception) {
            assertThat(training.bits()).isEqualTo(before);
            throw exception;
        } catch (IllegalArgumentException exception) {
            assertThat(training.bits()).isEqualTo(before);
            assertThat(exception).hasMessageStartingWith(file + ": is the checkpoint of another training: ");
            throw new SafetensorsException(file, String.valueOf(exception.getMessage()), exception);
        }
        assertThat(training.bits()).isIn(right);
        before = training.train(1).bits();
    }

    private static byte[] file(SmallTraining training) {
        try {
            var file = Files.createTempFile("sample", ".safetensors");
            try {
                Checkpoint.write(file, training.state());
                return Files.readAllBytes(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }
}
