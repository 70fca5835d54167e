package handgrad.random;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("no-kernel")
class MersenneTwisterTest {
    /** The C++ standard, [rand.predef], names this number for mt19937, whose default seed is 5489. */
    @Test
    void tenThousandthWordIsThatOfTheCppStandard() {
        var twister = MersenneTwister.seeded(5489);
        for (int i = 1; i < 10_000; i++) {
            twister.nextInt();
        }
        assertThat(Integer.toUnsignedLong(twister.nextInt())).isEqualTo(4123659995L);
    }

    /** The first words of mt19937ar.out, which its authors publish beside the code. */
    @Test
    void firstWordsAfterAnArrayAreThoseOfItsAuthors() {
        var twister = MersenneTwister.seededByArray(0x123, 0x234, 0x345, 0x456);
        long[] expected = {1067595299L, 955945823L, 477289528L, 4107218783L, 4228976476L};
        for (long word : expected) {
            assertThat(Integer.toUnsignedLong(twister.nextInt())).isEqualTo(word);
        }
    }

    /** A key of more words than the state goes another way through the seeding. Value made with CPython 3.11. */
    @Test
    void keyLongerThanTheState() {
        var key = new int[1000];
        for (int i = 0; i < key.length; i++) {
            key[i] = i + 1;
        }
        assertThat(Integer.toUnsignedLong(MersenneTwister.seededByArray(key).nextInt()))
                .isEqualTo(54400238L);
    }
}
