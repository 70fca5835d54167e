package handgrad.jmh;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class StudiesTest {
    private static final double MINUTE = 60;

    @Test
    void haveNamesOfTheirOwnAndSayWhatTheyAsk() {
        assertThat(Studies.ALL).extracting(Study::title).doesNotHaveDuplicates();
        assertThat(Studies.ALL).allSatisfy(study -> {
            assertThat(study.question()).endsWith("?");
            assertThat(study.method()).endsWith(".");
        });
        assertThat(Studies.named("matmul")).isPresent();
        assertThat(Studies.named("nothing")).isEmpty();
    }

    @Test
    void endInTime() {
        var others = Studies.ALL.stream()
                .filter(study -> !List.of("peers", "gpt", "matmul").contains(study.title()))
                .toList();
        assertThat(others)
                .allSatisfy(study -> assertThat(study.expectedSeconds(Effort.QUICK))
                        .as(study.title())
                        .isBetween(1.0, MINUTE));
        assertThat(others.stream()
                        .mapToDouble(study -> study.expectedSeconds(Effort.FULL))
                        .sum())
                .isLessThan(27 * MINUTE);
        assertThat(new MatmulStudy().expectedSeconds(Effort.FULL)).isLessThan(20 * MINUTE);
    }
}
