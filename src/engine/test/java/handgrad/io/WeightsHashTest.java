package handgrad.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import handgrad.nn.BatchNorm1d;
import handgrad.nn.BatchNormOptions;
import handgrad.nn.Linear;
import handgrad.nn.Sequential;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("no-kernel")
class WeightsHashTest {
    private static final Tensor A = Tensor.of(new float[] {1});
    private static final Tensor B = Tensor.of(new float[] {-2.5f});

    @TempDir
    private Path folder;

    private static Map<String, Tensor> state(String first, Tensor a, String second, Tensor b) {
        var state = new LinkedHashMap<String, Tensor>();
        state.put(first, a);
        state.put(second, b);
        return state;
    }

    @Test
    void isTheSha256OfTheLittleEndianBytes() {
        // Of 00 00 80 3f 00 00 20 c0, by Python's hashlib.
        assertThat(WeightsHash.of(state("a", A, "b", B)))
                .isEqualTo("48943f7a0ea247f8e3c9386d0c5822fe181d323a9289980426638cc4e72a43e1");
    }

    @Test
    void theOrderCountsAndNamesAndShapesDoNot() {
        var hash = WeightsHash.of(state("a", A, "b", B));
        assertThat(WeightsHash.of(state("z", A.reshape(1, 1), "b", B))).isEqualTo(hash);
        assertThat(WeightsHash.of(state("b", B, "a", A))).isNotEqualTo(hash);
    }

    @Test
    void parametersAndRunningStatisticsCountAndGradientsDoNot() {
        var random = TorchRandom.seeded(1);
        var model = new Sequential(new Linear(3, 2, random), new BatchNorm1d(2, BatchNormOptions.MAKEMORE_LAYER));
        var hash = WeightsHash.of(model.stateDict());
        model.parameters().getFirst().grad().fill(1);
        assertThat(WeightsHash.of(model.stateDict())).isEqualTo(hash);
        model.stateDict().forEach((name, tensor) -> {
            var before = tensor.copy();
            tensor.fill(7);
            assertThat(WeightsHash.of(model.stateDict())).as(name).isNotEqualTo(hash);
            tensor.copyFrom(before);
        });
        assertThat(WeightsHash.of(model.stateDict())).isEqualTo(hash);
    }

    @Test
    void aFileHasTheHashOfItsModelWhateverItsMetadata() throws Exception {
        var state = new LinkedHashMap<String, Tensor>();
        // More elements than are hashed at once, and types in an order that the file changes.
        state.put("z", Tensor.randn(TorchRandom.seeded(3), 300_000));
        state.put("steps", Tensor.of(new int[] {3, -1}, 2));
        state.put("mean", Tensor.of(new double[] {Math.PI}));
        state.put("a", A);
        var file = folder.resolve("model.safetensors");
        Safetensors.write(file, state, Map.of("format", "handgrad"));
        assertThat(WeightsHash.of(file)).isEqualTo(WeightsHash.of(state));
        byte[] bytes = Files.readAllBytes(file);
        int header =
                8 + (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        assertThat(WeightsHash.of(file))
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256")
                                .digest(Arrays.copyOfRange(bytes, header, bytes.length))));
    }

    @Test
    void aFileThatCannotBeReadIsRefused() throws IOException {
        var file = Objects.requireNonNull(Files.writeString(folder.resolve("text"), "no tensors"));
        assertThatExceptionOfType(SafetensorsException.class)
                .isThrownBy(() -> WeightsHash.of(file))
                .withMessageStartingWith(file + ": ");
    }
}
