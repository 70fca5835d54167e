/**
 * Loops over raw arrays: elementwise operations, reductions, softmax, updates and rows, each by the Vector API, by
 * plain loops, and in float64. Kernels trust their caller and check nothing; the checks are in {@code handgrad.tensor}.
 *
 * <p><b>The same bits on every machine.</b> What a kernel computes depends on its inputs alone, and on whether the CPU
 * has fused multiply-add: not on the width of the vectors, the number of threads, the compiler, the JDK or the
 * instruction set. That rests on four things.
 *
 * <ul>
 *   <li>Sums have an order of their own ({@link handgrad.kernel.Reduction}).
 *   <li>The functions of float32 are those of {@link handgrad.kernel.ScalarMath}, made of operations that IEEE 754
 *       defines to the bit.
 *   <li>Of the JDK's exp, log, sin, cos, tanh, pow and their like only those of {@link java.lang.StrictMath} are used,
 *       here and in every package whose results reach weights. They are those of fdlibm to the bit, where those of
 *       {@link java.lang.Math} may be an ulp off, and are other code on x86-64 than on arm64. What else is used of
 *       {@code Math}, such as fma, sqrt, rint and max, is exact or rounded once, so it has one result.
 *   <li>Of the Vector API the same: no function that a platform has from a library of its own, and of the reductions
 *       over lanes only the largest lane, and a sum that is asked whether it is 0, for which no order matters.
 * </ul>
 *
 * <p>A NaN is the exception: which of its many bit patterns an operation gives, the CPU decides.
 */
package handgrad.kernel;
