package handgrad.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How often a check errs on {@link Compositions}: a few in every build, thousands in the long tests. */
@Tag("no-kernel")
class CompositionsTest {
    private record Count(List<String> wrong, List<String> unchecked, List<String> right) {
        /** Checks so many compositions from a seed on, those left out that no difference can tell. */
        static Count of(int number, long seed, boolean mistaken) {
            var count = new Count(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
            LongFunction<Compositions.Composition> make = mistaken ? Compositions::wrong : Compositions::right;
            for (long s = seed; count.all() < number; s++) {
                var right = Compositions.right(s);
                if (Compositions.isBeyondDifferences(right)
                        || (mistaken && !Compositions.matters(right, Compositions.wrong(s)))) {
                    continue;
                }
                var composition = make.apply(s);
                var report = composition.check(s).run();
                (switch (report.verdict()) {
                            case WRONG -> count.wrong;
                            case UNCHECKED -> count.unchecked;
                            case RIGHT -> count.right;
                        })
                        .add(composition.name() + System.lineSeparator() + report);
            }
            return count;
        }

        int all() {
            return wrong.size() + unchecked.size() + right.size();
        }
    }

    private static void assertRight(int number, long seed) {
        var count = Count.of(number, seed, false);
        assertThat(count.wrong).isEmpty();
        assertThat(count.unchecked).hasSizeLessThanOrEqualTo(Math.ceilDiv(number, 1000));
    }

    private static void assertWrong(int number, long seed) {
        var count = Count.of(number, seed, true);
        assertThat(count.right).hasSizeLessThanOrEqualTo(number / 100);
        assertThat(count.unchecked).hasSizeLessThanOrEqualTo(number / 100);
    }

    @Test
    void right_gradients_are_called_right() {
        assertRight(300, 1);
    }

    @Test
    void wrong_gradients_are_called_wrong() {
        assertWrong(200, 1);
    }

    @Test
    @Tag("long")
    void of_10_000_right_gradients_none_is_called_wrong() {
        assertRight(10_000, 1_000_000);
    }

    @Test
    @Tag("long")
    void of_1_000_wrong_gradients_99_in_100_are_called_wrong() {
        assertWrong(1_000, 2_000_000);
    }
}
