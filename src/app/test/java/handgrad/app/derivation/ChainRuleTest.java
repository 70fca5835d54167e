package handgrad.app.derivation;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.check.pass.NamedPass;
import handgrad.check.pass.PassGraph;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The letters of a formula name the elements whose numbers are used, and the text is what a book would say. */
class ChainRuleTest {
    private static Tensor randn(int... sizes) {
        return Tensor.randn(TorchRandom.seeded(1), sizes).to(DType.FLOAT64);
    }

    private static Arguments of(NamedPass.Pass pass, String forward, String element, String whole) {
        return Arguments.of(pass, forward, element, whole);
    }

    /** Each names x and y, and the loss reads y. */
    static Stream<Arguments> operations() {
        var matrix = randn(4, 5);
        var batches = randn(2, 3, 4);
        var many = randn(2, 2, 3, 4);
        var indices = Tensor.of(new int[] {2, 0, 2}, 3);
        var condition = Tensor.of(new double[] {1, 0, 1, 1}, 4);
        return Stream.of(
                of(
                        names -> loss(names, x(names, 3, 4).matmul(matrix)),
                        "Σj x[i, j] · c1[j, k]",
                        "Σk dy[i, k] · c1[j, k]",
                        "dy · c1ᵀ"),
                of(
                        names -> loss(names, matrix.matmul(x(names, 5, 3))),
                        "Σi c1[k, i] · x[i, j]",
                        "Σk c1[k, i] · dy[k, j]",
                        "c1ᵀ · dy"),
                of(
                        names -> loss(names, batches.matmul(x(names, 4, 5))),
                        "Σi c1[l, k, i] · x[i, j]",
                        "Σl,k c1[l, k, i] · dy[l, k, j]",
                        "c1ᵀ · dy, all their rows below one another"),
                of(
                        names -> loss(names, x(names, 3, 5).matmulTransposeB(matrix)),
                        "Σj x[i, j] · c1[k, j]",
                        "Σk dy[i, k] · c1[k, j]",
                        "dy · c1"),
                of(
                        names -> loss(names, matrix.matmulTransposeB(x(names, 3, 5))),
                        "Σj c1[k, j] · x[i, j]",
                        "Σk c1[k, j] · dy[k, i]",
                        "dyᵀ · c1"),
                of(
                        names -> loss(names, x(names, 4, 3).matmulTransposeA(matrix)),
                        "Σi x[i, j] · c1[i, k]",
                        "Σk dy[j, k] · c1[i, k]",
                        "c1 · dyᵀ"),
                of(
                        names -> loss(names, matrix.matmulTransposeA(x(names, 4, 3))),
                        "Σi c1[i, k] · x[i, j]",
                        "Σk c1[i, k] · dy[k, j]",
                        "c1 · dy"),
                of(
                        names -> loss(names, many.matmul(x(names, 2, 2, 4, 3))),
                        "Σk c1[i, j, m, k] · x[i, j, k, l]",
                        "Σm c1[i, j, m, k] · dy[i, j, m, l]",
                        "c1ᵀ · dy"),
                of(
                        names -> loss(names, matrix.matmul(x(names, 5, 1))),
                        "Σi c1[k, i] · x[i, 0]",
                        "Σk c1[k, i] · dy[k, 0]",
                        "c1ᵀ · dy"),
                of(names -> loss(names, x(names, 3, 4).add(randn(4))), "x[i, j] + c1[j]", "dy[i, j]", "dy"),
                of(names -> loss(names, randn(3, 4).sub(x(names, 4))), "c1[j, i] - x[i]", "-Σj dy[j, i]", "-Σ0 dy"),
                of(
                        names -> loss(names, randn(3, 4).mul(x(names, 3, 1))),
                        "c1[i, k] · x[i, 0]",
                        "Σk dy[i, k] · c1[i, k]",
                        "Σ1 (dy ∘ c1)"),
                of(
                        names -> loss(names, randn(3, 4).div(x(names, 4))),
                        "c1[j, i] / x[i]",
                        "-Σj dy[j, i] · c1[j, i] / x[i]²",
                        "-Σ0 (dy ∘ c1 / x²)"),
                of(names -> loss(names, x(names, 3).add(1e-5)), "x[i] + 0.00001", "dy[i]", "dy"),
                of(names -> loss(names, x(names, 3).div(-8)), "x[i] / (-8)", "dy[i] / (-8)", "dy / (-8)"),
                of(names -> loss(names, x(names, 3).pow(3)), "x[i]³", "dy[i] · 3 x[i]²", "dy ∘ 3 x²"),
                of(names -> loss(names, x(names, 3).rsub(1)), "1 - x[i]", "-dy[i]", "-dy"),
                of(names -> loss(names, x(names, 3).tanh()), "tanh(x[i])", "dy[i] · (1 - y[i]²)", "dy ∘ (1 - y²)"),
                of(
                        names -> loss(names, x(names, 3).sigmoid()),
                        "σ(x[i])",
                        "dy[i] · y[i] · (1 - y[i])",
                        "dy ∘ y ∘ (1 - y)"),
                of(
                        names -> loss(names, x(names, 3, 4).sum(1, true)),
                        "Σj x[i, j]",
                        "dy[i, 0]",
                        "dy, repeated over dimension 1"),
                of(names -> loss(names, x(names, 3, 4).sum(0)), "Σi x[i, j]", "dy[j]", "dy, repeated over dimension 0"),
                of(
                        names -> loss(names, x(names, 3, 4).max(1, true)),
                        "max over j of x[i, j]",
                        "dy[i, 0] · 1{x[i, j] = y[i, 0]}",
                        "dy where x is the largest along dimension 1, else 0"),
                of(
                        names -> loss(names, x(names, 3, 4).logSumExp(1, true)),
                        "ln Σj exp(x[i, j])",
                        "dy[i, 0] · exp(x[i, j] - y[i, 0])",
                        "dy ∘ exp(x - y), the softmax of x"),
                of(
                        names -> loss(names, x(names, 3, 4).softmax(1)),
                        "softmax over k of x[i, k]",
                        "Σk dy[i, k] · y[i, k] · (1{k = j} - y[i, j])",
                        "y ∘ (dy - Σ1 (dy ∘ y))"),
                of(names -> loss(names, x(names, 3, 4).t()), "x[i, j]", "dy[j, i]", "dyᵀ"),
                of(
                        names -> loss(names, x(names, 3, 5).narrow(1, 2, 2)),
                        "x[i, j], where 2 ≤ j < 4",
                        "dy[i, j - 2]",
                        "dy at 2 to 3 of dimension 1, 0 elsewhere"),
                of(
                        names -> loss(names, Tensor.cat(1, randn(3, 2), x(names, 3, 4))),
                        "x[i, j], its part of dimension 1",
                        "dy[i, j + 2]",
                        "dy.narrow(1, 2, 4)"),
                of(
                        names -> loss(names, x(names, 3, 4).index(indices)),
                        "x[c1[k], j]",
                        "Σk where c1[k] = i: dy[k, j]",
                        "zeros, and each dy added where c1 took it from"),
                of(
                        names -> loss(names, Tensor.where(condition, x(names, 3, 4), randn(3, 4))),
                        "x[i, j] where c1[j] is not 0",
                        "dy[i, j] · 1{c1[j] ≠ 0}",
                        "dy ∘ 1{c1 ≠ 0}"));
    }

    private static Tensor x(NamedPass.Names names, int... sizes) {
        return names.name("x", Tensor.randn(TorchRandom.seeded(2), sizes).to(DType.FLOAT64));
    }

    private static Tensor loss(NamedPass.Names names, Tensor y) {
        return names.name("y", y).pow(2).sum();
    }

    @ParameterizedTest
    @MethodSource("operations")
    void says_the_derivative(NamedPass.Pass pass, String forward, String element, String whole) {
        var derivation = new Derivation(PassGraph.of(pass), _ -> null);
        var rules = derivation.rules(derivation.value("x").orElseThrow());
        assertThat(rules).hasSize(1);
        var rule = rules.getFirst();
        assertThat(List.of(renamed(rule.forward()), renamed(rule.element()), renamed(rule.whole())))
                .containsExactly(forward, element, whole);
        assertThat(NamedPass.of(pass)
                        .compare("x", derivation.gradient("x").orElseThrow())
                        .passed())
                .isTrue();
        letters_are_those_of_the_numbers(rule);
    }

    /** The other tensor is called c1, whatever its number is. */
    private static String renamed(String text) {
        return text.replaceAll("\\b[cs]\\d+", "c1");
    }

    private static void letters_are_those_of_the_numbers(ChainRule rule) {
        for (int y = 0; y < rule.use().yShape().elements(); y++) {
            int result = y;
            rule.partial().of(y, (x, factor, other) -> {
                var letters = new HashMap<String, Integer>();
                bind(letters, rule.x(), rule.use().xShape(), x);
                bind(letters, rule.y(), rule.use().yShape(), result);
                if (rule.other() != null && other >= 0) {
                    bind(letters, rule.otherIndex(), rule.other().shape(), other);
                }
            });
        }
    }

    private static void bind(Map<String, Integer> letters, List<String> index, Shape shape, int position) {
        assertThat(index).hasSize(shape.rank());
        int[] numbers = Positions.index(shape, position);
        for (int d = 0; d < numbers.length; d++) {
            var parts = index.get(d).split(" ", -1);
            int shift = parts.length == 1 ? 0 : Integer.parseInt(parts[2]) * (parts[1].equals("-") ? 1 : -1);
            int value = numbers[d] + shift;
            if (parts[0].matches("\\d+")) {
                assertThat(value).isEqualTo(Integer.parseInt(parts[0]));
            } else {
                var before = letters.putIfAbsent(parts[0], value);
                assertThat(before == null || before == value)
                        .as(index + " at " + position)
                        .isTrue();
            }
        }
    }
}
