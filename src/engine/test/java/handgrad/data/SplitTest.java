package handgrad.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("no-kernel")
class SplitTest {
    @Test
    void countsEveryNameOfAPartThatTrainHas() {
        var train = new Dataset(List.of("riley", "emma", "riley"), Alphabet.A_TO_Z, 3);
        var dev = new Dataset(List.of("riley", "riley", "noah"), Alphabet.A_TO_Z, 3);
        var test = new Dataset(List.of("zoe"), Alphabet.A_TO_Z, 3);
        var split = new Split(train, dev, test);
        assertThat(split.devInTrain()).isEqualTo(2);
        assertThat(split.testInTrain()).isZero();
    }
}
