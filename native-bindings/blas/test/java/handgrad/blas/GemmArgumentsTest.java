package handgrad.blas;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GemmArgumentsTest {
    /** The arrays have 100 elements each. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    # tA  | tB    | m  | n  | k  | a0 | lda | b0 | ldb | c0 | ldc | message
                    false | false | 2  | 3  | 4  | 0  | 3   | 0  | 3   | 0  | 3   | sgemm: lda 3 < k 4
                    true  | false | 2  | 3  | 4  | 0  | 1   | 0  | 3   | 0  | 3   | sgemm: lda 1 < m 2
                    false | false | 2  | 3  | 4  | 0  | 4   | 0  | 2   | 0  | 3   | sgemm: ldb 2 < n 3
                    false | true  | 2  | 3  | 4  | 0  | 4   | 0  | 3   | 0  | 3   | sgemm: ldb 3 < k 4
                    false | false | 2  | 3  | 4  | 0  | 4   | 0  | 3   | 0  | 2   | sgemm: ldc 2 < n 3
                    false | false | 2  | 3  | 0  | 0  | 0   | 0  | 3   | 0  | 3   | sgemm: lda 0 < 1
                    false | false | -1 | 3  | 4  | 0  | 4   | 0  | 3   | 0  | 3   | \
                        sgemm: a dimension is negative, m -1, n 3, k 4
                    false | false | 2  | 3  | -4 | 0  | 4   | 0  | 3   | 0  | 3   | \
                        sgemm: a dimension is negative, m 2, n 3, k -4
                    false | false | 2  | 3  | 4  | -1 | 4   | 0  | 3   | 0  | 3   | sgemm: aOffset -1 < 0
                    false | false | 2  | 3  | 4  | 0  | 4   | -2 | 3   | 0  | 3   | sgemm: bOffset -2 < 0
                    false | false | 10 | 3  | 10 | 1  | 10  | 0  | 3   | 0  | 3   | \
                        sgemm: a has 100 elements, but (10, 10) at offset 1 with lda 10 ends at 101
                    true  | false | 3  | 3  | 11 | 0  | 10  | 0  | 3   | 0  | 3   | \
                        sgemm: a has 100 elements, but (11, 3) at offset 0 with lda 10 ends at 103
                    false | true  | 3  | 26 | 4  | 0  | 4   | 0  | 4   | 0  | 26  | \
                        sgemm: b has 100 elements, but (26, 4) at offset 0 with ldb 4 ends at 104
                    false | false | 2  | 3  | 4  | 0  | 4   | 0  | 3   | 96 | 3   | \
                        sgemm: c has 100 elements, but (2, 3) at offset 96 with ldc 3 ends at 102
                    false | false | 2  | 3  | 0  | 101 | 1  | 0  | 3   | 0  | 3   | \
                        sgemm: a has 100 elements, but (2, 0) at offset 101 with lda 1 ends at 101
                    false | false | 2  | 3  | 2147483647 | 0 | 2147483647 | 0 | 2147483647 | 0 | 3 | \
                        sgemm: a has 100 elements, but (2, 2147483647) at offset 0 with lda 2147483647 \
                    ends at 4294967294
                    """)
    void refusesWhatIsOutside(
            boolean tA,
            boolean tB,
            int m,
            int n,
            int k,
            int a0,
            int lda,
            int b0,
            int ldb,
            int c0,
            int ldc,
            String message) {
        assertThatThrownBy(() -> GemmArguments.check(tA, tB, m, n, k, 100, a0, lda, 100, b0, ldb, 100, c0, ldc))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource({
        "10, 10, 10, 0, 10", // the whole array
        "3, 3, 3, 73, 12", // ends with the array
        "0, 3, 4, 100, 4", // no rows, at the end
        "2, 2, 0, 0, 2"
    })
    void acceptsWhatFits(int m, int n, int k, int offset, int ld) {
        assertThatCode(() -> GemmArguments.check(false, false, m, n, k, 100, offset, ld, 200, 0, ld, 100, offset, ld))
                .doesNotThrowAnyException();
    }
}
