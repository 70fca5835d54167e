package handgrad.data;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.random.TorchRandom;
import handgrad.testing.LectureNames;
import java.io.IOException;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The names that the first lecture samples from its counts of letter pairs: data and generator proved together. */
@Tag("no-kernel")
class BigramSamplesTest {
    private final TorchRandom random = TorchRandom.seeded(2147483647);

    private static float[][] probabilities() throws IOException {
        var probabilities = new float[27][27];
        for (var word : Names.read(LectureNames.file()).words()) {
            int previous = 0;
            for (int next : Alphabet.A_TO_Z.encode(word + ".")) {
                probabilities[previous][next]++;
                previous = next;
            }
        }
        for (var row : probabilities) {
            float sum = 0;
            for (float count : row) {
                sum += count;
            }
            for (int i = 0; i < row.length; i++) {
                row[i] /= sum;
            }
        }
        return probabilities;
    }

    private static String sample(float[][] probabilities, ToIntFunction<float[]> draw) {
        var name = new StringBuilder();
        int previous = 0;
        do {
            previous = draw.applyAsInt(probabilities[previous]);
            name.append(Alphabet.A_TO_Z.decode(previous));
        } while (previous != 0);
        return name.toString();
    }

    /** What PyTorch printed in the notebook, at a time when it searched cumulative probabilities for one draw too. */
    @Test
    void drawsWithReplacementGiveTheNotebooksNames() throws IOException {
        var probabilities = probabilities();
        var drawn = new int[1];
        assertThat(IntStream.range(0, 5)
                        .mapToObj(i -> sample(probabilities, row -> {
                            random.multinomial(row, true, drawn);
                            return drawn[0];
                        })))
                .containsExactly("mor.", "axx.", "minaymoryles.", "kondlaisah.", "anchshizarie.");
    }

    /** What later releases print for the same program. */
    @Test
    void singleDrawsGiveTheNamesOfLaterReleases() throws IOException {
        var probabilities = probabilities();
        assertThat(IntStream.range(0, 2).mapToObj(i -> sample(probabilities, random::multinomial)))
                .containsExactly("cexze.", "momasurailezitynn.");
    }
}
