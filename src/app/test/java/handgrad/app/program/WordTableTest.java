package handgrad.app.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WordTableTest {
    /** The third column, as one program: i are indices, a and b tensors. */
    @Test
    void what_the_table_says_compiles() {
        var expressions = WordTable.text()
                .lines()
                .skip(1)
                .map(line -> line.substring(line.lastIndexOf("  ") + 2))
                .flatMap(cell -> Stream.of(cell.split("(?<=\\)), (?=a)")))
                .map("    use(%s);\n"::formatted)
                .collect(Collectors.joining());
        var source =
                "import module handgrad;\nTensor a = null, b, i;\nint n;\nTorchRandom random;\nvoid use(Object o) {}\n"
                        + "void main() {\n" + expressions + "}\n";
        assertThat(expressions.lines()).hasSizeGreaterThan(40);
        assertThatNoException().isThrownBy(() -> SourceProgram.compile("Words.java", source));
    }

    @Test
    void a_program_has_the_rows_that_it_needs() {
        assertThat(WordTable.comment("dq = t.mul(t).rsub(1).mul(dt); x.div(n);"))
                .isEqualTo("""
                // What NumPy and PyTorch write, and what is written here; more: ./handgrad exercise --words
                //
                //     NumPy         PyTorch       here
                //     -a, 1 - a     -a, 1 - a     a.neg(), a.rsub(1)
                //     a * b, a / b  a * b, a / b  a.mul(b), a.div(b)
                """);
        assertThat(WordTable.comment("du = dv;")).isEmpty();
    }

    @Test
    void finds_a_word_of_the_others() {
        assertThat(WordTable.find("permute"))
                .hasValueSatisfying(row -> assertThat(row.handgrad()).isEqualTo("a.transpose(1, 2)"));
        assertThat(WordTable.find("clamp"))
                .hasValueSatisfying(row -> assertThat(row.handgrad()).isEqualTo("a.clamp(0, 1)"));
        assertThat(WordTable.find("nothing")).isEmpty();
    }
}
