package handgrad.check.registry;

import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/**
 * What an elementwise operation computes from one element of each input, and how near to it the result is, whatever the
 * element: subnormal, huge, infinite or NaN. The functions give NaN for NaN and are right at the infinities.
 */
public sealed interface ElementFunction {
    /**
     * A function of one tensor.
     *
     * @param function f
     * @param derivative f', and at a kink what the gradient is there
     * @param value how near a result is to f
     * @param slope how near the gradient for a dOut of 1 is to f'
     */
    record OfOne(DoubleUnaryOperator function, DoubleUnaryOperator derivative, Bound value, Bound slope)
            implements ElementFunction {}

    /** A function of two tensors that broadcast; a FLOAT32 result is the nearest float, below 1e-36 to 1 ulp. */
    record OfTwo(DoubleBinaryOperator function) implements ElementFunction {}

    /**
     * How far a result may be from an exact number.
     *
     * @param ulps in units in the last place of the exact number
     * @param absolute what may come on top in FLOAT32; in FLOAT64 it is 2⁻²⁶ of that, and 4 ulp of the formula
     */
    record Bound(double ulps, double absolute) {
        /** The number of the type that is nearest. */
        static final Bound ROUNDED = new Bound(0.5, 0);

        static Bound ofUlps(double ulps) {
            return new Bound(ulps, 0);
        }
    }
}
