package handgrad.app.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import handgrad.app.program.SourceProgram.CompilationException;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompilerHelpTest {
    private static final String OPERATORS = "tensors have methods where numbers have operators: ";

    private static String errors(String statement) {
        var source = """
                import module handgrad;
                final int n = 2;
                Tensor x = Tensor.zeros(2, 3), dlogits;
                Tensor forward(Tensor h) {
                    Tensor y = x;
                    %s
                    return y;
                }
                void main() {}
                """.formatted(statement);
        var thrown =
                catchThrowableOfType(CompilationException.class, () -> SourceProgram.compile("Wrong.java", source));
        return Objects.requireNonNull(thrown.getMessage());
    }

    @Test
    void the_line_that_helps_stands_below_the_compilers() {
        assertThat(errors("y = 1 - h*h;")).isEqualTo("""
                Wrong.java:6: error: bad operand types for binary operator '*'
                    y = 1 - h*h;
                             ^
                  first type:  Tensor
                  second type: Tensor
                  help: tensors have methods where numbers have operators: h.mul(h).rsub(1)
                1 error
                """);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        y = -h;                                 | h.neg()
        y = 2 * h;                              | h.mul(2)
        y = h / n - 1.0 / h;                    | h.div(n).sub(h.pow(-1))
        y = 3 / h;                              | h.pow(-1).mul(3)
        y = (1 - h * h).mul(x) + (n - 1) * h;   | h.mul(h).rsub(1).mul(x).add(h.mul((n - 1)))
        y += h;                                 | y = y.add(h)
        y = h ^ 2;                              | h.pow(2)
        y = h.mul(1 - x).add(n);                | h.mul(x.rsub(1)).add(n)
        y = h - h.item() * 2;                   | h.sub(h.item() * 2)
        """)
    void writes_operators_as_methods(String statement, String methods) {
        assertThat(errors(statement)).contains("  help: " + OPERATORS + methods + "\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        if (h > 0) y = h;           | no operator compares tensors; b where a > 0, else c, is \
        Tensor.where(a.relu(), b, c)
        y = h.T;                    | PyTorch's a.T is here a.t()
        y = h.view(3, 2);           | PyTorch's a.view(2, 3) is here a.reshape(2, 3)
        y = h.sum(1, keepdim=true); | PyTorch's a.sum(1, keepdim=True) is here a.sum(1, true)
        y = np.exp(h);              | NumPy's np.exp(a), np.log(a) is here a.exp(), a.log()
        y = torch.ones_like(h);     | PyTorch's torch.ones_like(a) is here Tensor.onesLike(a)
        y = torch.nothing(h);       | there is no torch here; the methods are the tensors' own: ./handgrad \
        exercise --words
        y = softmax(h);             | it is a method of a tensor, which stands before it: a.softmax(…)
        y = h.transposed();         | did you mean transpose?
        y = h.twice();              | ./handgrad exercise --words lists what tensors can do
        y = dlogit;                 | did you mean dlogits?
        y = dprobs;                 | declare it first, outside of backward if it is an answer: Tensor dprobs;
        y = h.exp;                  | a method wants parentheses: .exp()
        y = 0.5;                    | a gradient is a tensor of its tensor's shape, also where all elements are \
        one number: \
        Tensor.onesLike(t).mul(2)
        double d = h;               | t.item() is the number in a tensor of one element, t.get(i, j) one of several
        int k = 0.5 * n;            | an int holds no fraction: declare it as double, or cut the fraction off by (int)
        y = h[0];                   | a tensor has no [ ]: t.get(i, j) is a number of it, t.index(i) its rows i, \
        t.narrow(dimension, start, length) a part
        int k = h.shape[0];         | PyTorch's a.shape[0] is here a.size(0)
        y = h.transpose();          | t.t() transposes a matrix; with more dimensions name the two: t.transpose(1, 2)
        y = h.mul(x, x);            | it is used as in a.mul(b), a.div(b)
        y = h @ x;                  | Java has no @: a @ b is a.matmul(b), a.T @ b a.matmulTransposeA(b), \
        a @ b.T a.matmulTransposeB(b)
        y = h ** 2;                 | Java has no **: t ** 2 is t.square(), t ** 3 is t.pow(3)
        y = h[:, 0:2];              | Java has no slices: t[:, 2:5] is t.narrow(1, 2, 3), from 2 on 3 columns
        y = h.exp()                 | a statement ends with ;
        y = h.exp():                | a statement ends with ; not with :
        y = h.mul(x.exp();          | the line has 2 ( and 1 )
        y == h;                     | one = gives a variable its value, two compare
        def f(h):                   | Java declares a method as Tensor name(Tensor x) { return x; }
        }                           | the line before ends a method already: is one } too many above?
        {                           | a { is not closed by its }
        """)
    void helps_with_the_first_error(String statement, String help) {
        assertThat(errors(statement)).contains("  help: " + help + "\n");
    }

    @Test
    void says_the_same_once() {
        assertThat(errors("y = h.T; y = x.T;")).containsOnlyOnce("help: ").endsWith("2 errors\n");
    }

    @Test
    void what_it_does_not_know_stays_the_compilers() {
        assertThat(errors("String s = 1;")).doesNotContain("help").endsWith("1 error\n");
    }
}
