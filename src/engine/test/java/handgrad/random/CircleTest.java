package handgrad.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("no-kernel")
class CircleTest {
    /** Random angles, and those beside the multiples of π/4, where the quarter changes or a result is near 0. */
    @Test
    void sine_and_cosine_are_those_of_the_jdk_to_an_ulp_of_1() {
        var beside = DoubleStream.iterate(0, i -> i <= 8, i -> i + 1)
                .map(eighth -> eighth * Math.PI / 4)
                .flatMap(angle -> DoubleStream.of(angle, Math.nextUp(angle), (float) angle, Math.nextDown(angle)))
                .filter(angle -> angle >= 0);
        var random = new SplittableRandom(1).doubles(100_000, 0, 2 * Math.PI);
        DoubleStream.concat(beside, random).forEach(angle -> {
            assertThat(Circle.sin(angle)).as("sin %s", angle).isCloseTo(StrictMath.sin(angle), within(0x1p-52));
            assertThat(Circle.cos(angle)).as("cos %s", angle).isCloseTo(StrictMath.cos(angle), within(0x1p-52));
        });
    }

    @Test
    void at_0_they_are_exact() {
        assertThat(Circle.sin(0)).isEqualTo(0.0);
        assertThat(Circle.cos(0)).isEqualTo(1.0);
    }
}
