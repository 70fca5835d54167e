package handgrad.jmh.gpt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GptFileTest {
    @TempDir
    private Path folder;

    @Test
    void holdsSizesWeightsAndBatches() throws IOException {
        var workload = GptWorkload.NANO_CPU;
        var file = folder.resolve("nanogpt.bin");
        GptFile.write(workload, file);
        var buffer = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        var model = workload.build();
        long tokens = 2L * workload.batches().size() * 12 * 64;
        assertThat(buffer.capacity()).isEqualTo(Math.toIntExact(4 * (16 + model.parameterCount() + tokens)));
        int[] sizes = new int[12];
        buffer.asIntBuffer().get(sizes);
        assertThat(sizes).containsExactly(65, 64, 4, 4, 128, 0, 1, 1, 12, 64, 3, 10);
        assertThat(buffer.getFloat(4 * 12)).isEqualTo(1e-3f);
        float[] table = model.parameters().getFirst().value().floats();
        assertThat(buffer.getFloat(4 * 16)).isEqualTo(table[0]);
        int[] last = workload.batches().getLast().y().ints();
        assertThat(buffer.getInt(buffer.capacity() - 4)).isEqualTo(last[last.length - 1]);
    }

    @Test
    void aWorkloadKnowsItsParameters() {
        assertThat(GptWorkload.MAKEMORE.parameterCount())
                .isEqualTo(GptWorkload.MAKEMORE.build().parameterCount());
        assertThat(GptWorkload.NANO_CPU.parameterCount())
                .isEqualTo(GptWorkload.NANO_CPU.build().parameterCount());
        assertThat(GptWorkload.GPT2.parameterCount()).isEqualTo(124_439_808);
        assertThat(GptWorkload.GPT2.stateBytes()).isEqualTo(16 * 124_439_808L);
    }

    @Test
    void aWorkloadHasAName() {
        assertThat(GptWorkload.named("gpt2-124m")).isEqualTo(GptWorkload.GPT2);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GptWorkload.named("gpt"))
                .withMessage("unknown workload gpt; there are makemore, nanogpt, gpt2-124m");
    }
}
