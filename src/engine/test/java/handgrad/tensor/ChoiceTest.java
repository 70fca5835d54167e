package handgrad.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Bounds, the larger and the smaller, and the choice between two, at the numbers that are special. */
class ChoiceTest {
    private static final float NAN = Float.NaN;
    private static final float INFINITY = Float.POSITIVE_INFINITY;

    private static Tensor of(float... elements) {
        return Tensor.of(elements, elements.length);
    }

    /** Long enough for vectors, and with elements after them. */
    private static Tensor repeated(float... elements) {
        float[] all = new float[35 * elements.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = elements[i % elements.length];
        }
        return of(all);
    }

    private static void requireEqual(Tensor actual, Tensor expected) {
        assertThat(actual).isEqualTo(expected);
    }

    @Test
    void the_larger_and_the_smaller_know_nan_zeros_and_infinities() {
        var a = repeated(1, NAN, 2, -0f, 0, -INFINITY, INFINITY);
        var b = repeated(2, 1, NAN, 0, -0f, -1, 1);
        requireEqual(a.maximum(b), repeated(2, NAN, NAN, 0, 0, -1, INFINITY));
        requireEqual(a.minimum(b), repeated(1, NAN, NAN, -0f, -0f, -INFINITY, 1));
        requireEqual(
                a.to(DType.FLOAT64).maximum(b.to(DType.FLOAT64)),
                repeated(2, NAN, NAN, 0, 0, -1, INFINITY).to(DType.FLOAT64));
        requireEqual(repeated(1, 2, 3).maximum(Tensor.scalar(2)), repeated(2, 2, 3));
        requireEqual(Tensor.scalar(2).minimum(repeated(1, 2, 3)), repeated(1, 2, 2));
    }

    @Test
    void clamp_keeps_nan_and_takes_infinite_bounds() {
        var x = repeated(-3, NAN, -0f, 0.5f, 3, INFINITY, -INFINITY);
        requireEqual(x.clamp(-1, 2), repeated(-1, NAN, -0f, 0.5f, 2, 2, -1));
        requireEqual(x.clamp(0, Double.POSITIVE_INFINITY), repeated(0, NAN, 0, 0.5f, 3, INFINITY, 0));
        requireEqual(x.clamp(1, 1), repeated(1, NAN, 1, 1, 1, 1, 1));
        requireEqual(
                x.to(DType.FLOAT64).clamp(-1, 2),
                repeated(-1, NAN, -0f, 0.5f, 2, 2, -1).to(DType.FLOAT64));
    }

    @Test
    void subtraction_from_a_number_has_the_sign_of_the_difference() {
        requireEqual(repeated(1, 0, -0f, INFINITY).rsub(1), repeated(0, 1, 1, -INFINITY));
        requireEqual(of(1, 2).rsub(1e39), of(INFINITY, INFINITY));
        requireEqual(of(0x1p-149f).rsub(0x1p-149), of(0));
    }

    @Test
    void a_condition_of_any_type_holds_where_it_is_not_0() {
        var a = of(1, 2, 3, 4);
        var b = of(-1, -2, -3, -4);
        var expected = of(1, -2, 3, -4);
        requireEqual(Tensor.where(Tensor.of(new int[] {1, 0, -7, 0}, 4), a, b), expected);
        requireEqual(Tensor.where(of(0.1f, 0, NAN, -0f), a, b), expected);
        requireEqual(Tensor.where(of(1, 0, 1, 0).to(DType.FLOAT64), a, b), expected);
        requireEqual(
                Tensor.where(
                        of(1, 0, 1, 0),
                        Tensor.arange(4),
                        Tensor.arange(4).copy().fill(9)),
                Tensor.of(new int[] {0, 9, 2, 9}, 4));
    }

    @Test
    void a_mask_of_attention_broadcasts_over_the_batch() {
        var mask = Tensor.of(new int[] {1, 0, 1, 1}, 2, 2);
        var scores = Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 8}, 2, 2, 2);
        var masked = Tensor.where(mask, scores, Tensor.scalar(Double.NEGATIVE_INFINITY));
        requireEqual(masked, Tensor.of(new float[] {1, -INFINITY, 3, 4, 5, -INFINITY, 7, 8}, 2, 2, 2));
        assertThat(masked.softmax(-1).get(0, 0, 0)).isEqualTo(1);
        assertThat(masked.softmax(-1).get(1, 0, 1)).isEqualTo(0);
    }

    @Test
    void squeezed_and_unsqueezed_tensors_share_their_elements() {
        var x = Tensor.zeros(1, 3, 1);
        for (var view : new Tensor[] {x.squeeze(), x.squeeze(0), x.squeeze(1), x.unsqueeze(-1)}) {
            assertThat(view.sharesElements(x)).isTrue();
        }
        assertThat(x.squeeze(1).shape()).isEqualTo(Shape.of(1, 3, 1));
        assertThat(Tensor.stack(0, x, x).sharesElements(x)).isFalse();
    }
}
