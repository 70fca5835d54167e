package handgrad.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Named.named;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import handgrad.check.pass.NamedPass;
import handgrad.check.result.Cause;
import handgrad.check.result.Cause.Kind;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import handgrad.tensor.Variance;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A cause is certain where the numbers leave no other; where two fit, both are named. */
@Tag("no-kernel")
class CertaintyTest {
    /** The wrong gradient of the first input. */
    @FunctionalInterface
    interface Wrong {
        Tensor of(Tensor dOut, Tensor... x);
    }

    /** The cause that is told of the first input. */
    private static Cause cause(TensorFunction forward, Wrong wrong, Tensor... inputs) {
        TensorGradient backward = (d, x) -> {
            var all = new Tensor[x.length];
            for (int i = 1; i < x.length; i++) {
                all[i] = x[i].mul(0);
            }
            all[0] = wrong.of(d, x);
            return all;
        };
        var report = GradientCheck.of(unrecorded(forward), backward)
                .inputs(inputs)
                .named("x", "a", "b")
                .run();
        return Objects.requireNonNull(report.tensors().getFirst().cause());
    }

    /** The same function as one that loops over arrays, so that the numbers alone tell the cause. */
    private static TensorFunction unrecorded(TensorFunction forward) {
        return x -> {
            var y = forward.apply(x);
            return Tensor.of(y.doubles().clone(), y.shape().toArray());
        };
    }

    private static Tensor normal(int seed, int... shape) {
        return Tensor.randn(TorchRandom.seeded(seed), shape).to(DType.FLOAT64);
    }

    private static Tensor[] inputs(Tensor... inputs) {
        return inputs;
    }

    private static Arguments mistake(String sentence, TensorFunction forward, Wrong wrong, Tensor... inputs) {
        return arguments(sentence, named("function", forward), named("gradient", wrong), named("inputs", inputs));
    }

    private static Tensor changed(Tensor right, int element) {
        var changed = right.copy();
        changed.setFlat(element, right.getFlat(element) + 1);
        return changed;
    }

    private static Tensor row(Tensor matrix, int row) {
        return matrix.indexSelect(0, Tensor.of(new int[] {row}, 1));
    }

    private static Tensor inverse(Tensor x) {
        return x.var(0, Variance.BIASED, true).add(1e-5).pow(-0.5);
    }

    private static Tensor normalized(Tensor x) {
        return x.sub(x.mean(0, true)).mul(inverse(x));
    }

    private static Stream<Arguments> certain() {
        TensorFunction square = x -> x[0].pow(2);
        var x57 = normal(1, 5, 7);
        var x55 = normal(1, 5, 5);
        return Stream.of(
                mistake(
                        "its shape is (7, 5), the tensor's is (5, 7): transpose it, or exchange the factors of the"
                                + " matrix product",
                        square,
                        (d, x) -> d.mul(x[0]).mul(2).t(),
                        x57),
                mistake(
                        "its shape is (7, 5), the tensor's is (5, 7): transpose it, or exchange the factors of the"
                                + " matrix product; its transpose is not right either, so more is wrong",
                        square,
                        (d, x) -> d.mul(x[0]).t(),
                        x57),
                mistake(
                        "it has the shape of the broadcast (5, 7): sum it over dimension 0, because x (7) was broadcast"
                                + " along it",
                        x -> x[0].add(x[1]),
                        (d, _) -> d,
                        inputs(normal(1, 7), x57)),
                mistake(
                        "it has the shape of the broadcast (5, 7): sum it over dimension 0, because x (7) was broadcast"
                                + " along it; the sum is not right either, so more is missing",
                        x -> x[0].mul(x[1]),
                        (d, _) -> d,
                        inputs(normal(1, 7), x57)),
                mistake(
                        "its shape is (7), the tensor's is (5, 1): a sum of (5, 7) runs over dimension 0 where it"
                                + " should run over dimension 1",
                        x -> x[0].add(x[1]),
                        (d, _) -> d.sum(0),
                        inputs(normal(1, 5, 1), x57)),
                mistake(
                        "it is zero everywhere: nothing is added to it, it is set to zero after it was, or it is"
                                + " multiplied by a quotient of whole numbers, such as 1/2, which is 0 in Java",
                        square,
                        (d, _) -> d.mul(0),
                        x57),
                mistake(
                        "it has the wrong sign: multiply by -1, or subtract where it is added",
                        square,
                        (d, x) -> d.mul(x[0]).mul(-2),
                        x57),
                mistake(
                        "it is 5 times too small: it is divided by n = 5 once too often",
                        x -> x[0].add(x[1]),
                        (d, _) -> d.mean(0),
                        inputs(normal(1, 7), x57)),
                mistake(
                        "it is 2 times too small: the derivative of x² is 2x, and a tensor that is used twice gets a"
                                + " gradient from each use",
                        square,
                        (d, x) -> d.mul(x[0]),
                        x57),
                mistake(
                        "it is 1.00002 times too large: look for a constant factor of the forward pass",
                        square,
                        (d, x) -> d.mul(x[0]).mul(2.00004),
                        x57),
                mistake(
                        "it has only what the last use of each element gives: where an element is used again, add (+=)"
                                + " to its gradient, do not set it",
                        x -> x[0].add(x[1]),
                        (d, _) -> row(d, 4).reshape(7),
                        inputs(normal(1, 7), x57)),
                mistake(
                        "it has only what index 1 of dimension 0 of the output (5, 7) gives: sum over all 5",
                        x -> x[0].add(x[1]),
                        (d, _) -> row(d, 1).reshape(7),
                        inputs(normal(1, 7), x57)),
                mistake(
                        "it is summed over dimension 1 of the output (5, 5): sum over dimension 0",
                        x -> x[0].add(x[1]),
                        (d, _) -> d.sum(1),
                        inputs(normal(1, 5), x55)),
                mistake(
                        "it is equal along dimension 0 and should be along dimension 1: the gradient of a sum is"
                                + " repeated along the dimension that was summed",
                        x -> x[0].sum(1),
                        (d, x) -> x[0].mul(0).add(d.pow(2)),
                        x55),
                mistake(
                        "it is the transpose of the right gradient: exchange dimensions 0 and 1, or the factors of the"
                                + " matrix product",
                        square,
                        (d, x) -> d.mul(x[0]).mul(2).t(),
                        x55),
                mistake(
                        "the factor a is missing: multiply by it",
                        x -> x[0].mul(x[1]).mul(x[2]),
                        (d, x) -> d.mul(x[2]),
                        inputs(x57, normal(2, 5, 7), normal(3, 5, 7))),
                mistake(
                        "it is made of dOut · a where dOut · aᵀ is right",
                        x -> x[0].matmul(x[1]),
                        (d, x) -> d.matmul(x[1]),
                        inputs(x57, normal(2, 7, 7))),
                mistake(
                        "only the element [1, 2] is wrong, all others are right: look for what treats it differently",
                        square,
                        (d, x) -> changed(d.mul(x[0]).mul(2), 9),
                        x57),
                mistake(
                        "along dimension 0 it is right but for a factor that is another for each slice: one that is"
                                + " broadcast, such as a gain or a deviation, is missing or there twice",
                        x -> x[0].mul(x[1].tanh()),
                        (d, _) -> d,
                        inputs(x57, normal(2, 7))),
                mistake(
                        "the part with 1 is missing: add it",
                        x -> normalized(x[0]),
                        (d, x) -> {
                            var y = normalized(x[0]);
                            return inverse(x[0]).mul(d.sub(y.mul(d.mul(y).mean(0, true))));
                        },
                        normal(1, 8, 3)),
                mistake(
                        "the term dOut ∘ a is missing: add it",
                        x -> x[0].pow(3).add(x[0].mul(x[1])),
                        (d, x) -> d.mul(x[0].pow(2)).mul(3),
                        inputs(x57, normal(2, 5, 7))),
                mistake(
                        "it is dOut and no more: a factor of the chain rule or another term is missing",
                        x -> x[0].pow(3).exp(),
                        (d, _) -> d,
                        normal(1, 3, 7).mul(0.5)),
                mistake(
                        "it differs from the right gradient by the same along dimension 1: a term that is repeated"
                                + " along it, such as the one through a mean, is missing or wrong",
                        x -> x[0].pow(3).add(x[0].sum(1, true).exp()),
                        (d, x) -> d.mul(x[0].pow(2)).mul(3),
                        normal(1, 5, 3).mul(0.3)),
                mistake(
                        "in each row at most one element is wrong: a term with the one-hot of a target or of a maximum"
                                + " is missing or has another factor",
                        square,
                        (d, x) -> changed(changed(d.mul(x[0]).mul(2), 9), 14),
                        x57),
                mistake(
                        "it is 1.2 times too small, 0.2787 less than the right 1.672, and of one number no more can be"
                                + " told: compare its formula with the forward pass, factor by factor",
                        x -> x[0].mul(1.5),
                        (d, _) -> d.mul(1.25),
                        normal(1)));
    }

    @ParameterizedTest
    @MethodSource
    void certain(String sentence, TensorFunction forward, Wrong wrong, Tensor[] inputs) {
        var cause = cause(forward, wrong, inputs);
        assertThat(cause.explanation()).isEqualTo(sentence);
        assertThat(cause.isCertain()).isTrue();
        assertThat(cause.introduced()).isEqualTo(": " + sentence);
    }

    @Test
    void what_depends_on_an_earlier_batch_is_certain() {
        var first = new Tensor[1];
        var cause = cause(
                x -> x[0].pow(2),
                (d, x) -> {
                    first[0] = first[0] == null ? x[0].copy() : first[0];
                    return d.mul(first[0]).mul(2);
                },
                normal(1, 5, 7));
        assertThat(cause.kind()).isEqualTo(Kind.STALE);
        assertThat(cause.isCertain()).isTrue();
    }

    private static Stream<Arguments> coinciding() {
        var x44 = normal(1, 4, 4);
        return Stream.of(
                mistake(
                        "it is 3 times too small: it is divided by n = 3 once too often; or the derivative of x³ is"
                                + " 3x², or another constant factor of the forward pass is 3",
                        x -> x[0].pow(3),
                        (d, x) -> d.mul(x[0].pow(2)),
                        normal(1, 3)),
                mistake(
                        "it is 2 times too small: the derivative of x² is 2x, and a tensor that is used twice gets a"
                                + " gradient from each use; or it is divided by n = 2 once too often",
                        x -> x[0].pow(2),
                        (d, x) -> d.mul(x[0]),
                        normal(1, 2, 7)),
                mistake(
                        "it is 4 times too large: a mean in the forward pass divides by n = 4 (the size of dimension 0"
                                + " as of dimension 1), so does its gradient; or the derivative of x⁴ is 4x³, or"
                                + " another constant factor of the forward pass is 4",
                        x -> x[0].exp(),
                        (d, x) -> d.mul(x[0].exp()).mul(4),
                        x44),
                mistake(
                        "it is 5 times too large: a mean in the forward pass divides by n = 5, so does its gradient; or"
                                + " a variance of n = 6 divides by n - 1 = 5, so does its gradient",
                        x -> x[0].exp(),
                        (d, x) -> d.mul(x[0].exp()).mul(5),
                        normal(1, 6, 5)),
                mistake(
                        "it is equal along dimension 0 and should be along dimension 1: the gradient of a sum is"
                                + " repeated along the dimension that was summed; or it is the transpose of the right"
                                + " gradient: exchange dimensions 0 and 1, or the factors of the matrix product",
                        x -> x[0].sum(1),
                        (d, x) -> x[0].mul(0).add(d),
                        x44),
                mistake(
                        "the factor a is missing: multiply by it; or the factor b is missing: multiply by it",
                        x -> x[0].mul(x[1].add(x[2]).mul(0.5)),
                        (d, _) -> d,
                        inputs(x44, normal(2, 4, 4), normal(2, 4, 4))));
    }

    @ParameterizedTest
    @MethodSource
    void coinciding(String sentence, TensorFunction forward, Wrong wrong, Tensor[] inputs) {
        var cause = cause(forward, wrong, inputs);
        assertThat(cause.explanation()).isEqualTo(sentence);
        assertThat(cause.isCertain()).isFalse();
        assertThat(cause.introduced()).isEqualTo(", likely cause: " + sentence);
    }

    @Test
    void one_row_does_not_show_whether_a_sum_over_rows_is_missing() {
        var cause = cause(x -> x[0].add(x[1]), (d, _) -> d, normal(1, 7), normal(2, 1, 7));
        assertThat(cause.explanation())
                .isEqualTo("its shape is (1, 7), the tensor's is (7): the sum over the rows is missing, which one row"
                        + " does not show, or reshape the result");
    }

    @Test
    void dimensions_of_one_size_are_both_named() {
        var cause = cause(x -> x[0].add(x[1]), (d, _) -> d.sum(2).sum(1), normal(1, 3), normal(2, 4, 4, 3));
        assertThat(cause.explanation())
                .isEqualTo("its shape is (4), the tensor's is (3): a sum of (4, 4, 3) runs over dimensions 0 and 2 or"
                        + " dimensions 1 and 2 where it should run over dimensions 0 and 1");
    }

    @Test
    void of_equal_uses_it_is_not_told_which_is_forgotten() {
        var pass = NamedPass.of(names -> {
            var x = names.name("x", normal(1, 5, 7));
            var a = names.name("a", x.add(1));
            var b = names.name("b", x.add(2));
            return a.add(b).mul(normal(3, 5, 7)).sum();
        });
        var cause = Objects.requireNonNull(pass.compare("x", normal(3, 5, 7)).cause());
        assertThat(cause.explanation())
                .isEqualTo("the term db is missing: x is used in several places, and their gradients add; or the term"
                        + " da is missing: x is used in several places, and their gradients add");
    }

    @Test
    void equal_rows_do_not_tell_one_row_from_the_mean() {
        var pass = NamedPass.of(names -> {
            var b = names.name("b", normal(1, 7));
            return names.name("y", normal(2, 5, 7).add(b)).sum();
        });
        var ones = Tensor.zeros(DType.FLOAT64, Shape.of(7)).fill(1);
        var cause = Objects.requireNonNull(pass.compare("b", ones).cause());
        assertThat(cause.explanation())
                .isEqualTo("it is the mean of dy over its 5, where the sum is right: b was repeated, so its gradients"
                        + " add; or it has only index 0 of dimension 0 of dy: sum over all 5; or it has only index 4 of"
                        + " dimension 0 of dy: sum over all 5");
    }

    @Test
    void the_report_says_how_sure_it_is() {
        var cube = unrecorded(x -> x[0].pow(3));
        TensorGradient wrong = (d, x) -> new Tensor[] {d.mul(x[0].pow(2))};
        assertThat(GradientCheck.of(cube, wrong).input(Shape.of(3)).run().failures())
                .contains("%n  likely cause: it is 3 times too small: ".formatted())
                .contains("; or the derivative of x³ is 3x²");
        TensorGradient minus = (d, x) -> new Tensor[] {d.mul(x[0].pow(2)).mul(-3)};
        assertThat(GradientCheck.of(cube, minus).input(Shape.of(3)).run().failures())
                .contains("%n  cause: it has the wrong sign".formatted());
        TensorGradient other = (_, x) -> new Tensor[] {x[0].pow(5).sub(x[0])};
        assertThat(GradientCheck.of(cube, other).input(Shape.of(2, 3)).run().failures())
                .contains("%n  no usual mistake explains it".formatted());
    }
}
