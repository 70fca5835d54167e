package handgrad.jmh;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Question: into how many partial sums should a sum be split?
 *
 * <p>Method: a scalar product with 1, 2, 4 and 8 vectors of partial sums, over arrays in the first-level cache, in the
 * second and in memory.
 *
 * <p>What to expect: an addition has to wait for the one before into the same sum, about four cycles, while the
 * processor can begin one or two in each cycle. More sums fill that time, until the loads are the limit; from memory
 * one sum or two are enough. C2 does not split a sum by itself, because that changes its rounding.
 *
 * <p>What it taught: the findings name the number from which on more do not help here.
 */
@State(Scope.Thread)
public class AccumulatorBenchmark {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    /** The elements of each array: 8 KB, 256 KB and 64 MB, multiples of 8 vectors. */
    @Param({"2048", "65536", "16777216"})
    public int n;

    private float[] a = {};
    private float[] b = {};

    /** Draws the operands and compares each result with float64. */
    @Setup
    public void check() {
        a = RandomOperands.normals(1, n);
        b = RandomOperands.normals(2, n);
        double product = 0;
        for (int i = 0; i < n; i++) {
            product += (double) a[i] * b[i];
        }
        // A sum of n terms of size 1 with one rounding each, in as many partial sums as a vector has lanes.
        double tolerance = 1e-6 * n;
        ResultCheck.require("1 accumulator", one(), product, tolerance);
        ResultCheck.require("2 accumulators", two(), product, tolerance);
        ResultCheck.require("4 accumulators", four(), product, tolerance);
        ResultCheck.require("8 accumulators", eight(), product, tolerance);
    }

    private FloatVector add(FloatVector sum, int i) {
        return FloatVector.fromArray(SPECIES, a, i).fma(FloatVector.fromArray(SPECIES, b, i), sum);
    }

    /** One sum. */
    @Benchmark
    public float one() {
        var sum = FloatVector.zero(SPECIES);
        for (int i = 0; i < n; i += LANES) {
            sum = add(sum, i);
        }
        return sum.reduceLanes(VectorOperators.ADD);
    }

    /** Two sums. */
    @Benchmark
    public float two() {
        var sum0 = FloatVector.zero(SPECIES);
        var sum1 = sum0;
        for (int i = 0; i < n; i += 2 * LANES) {
            sum0 = add(sum0, i);
            sum1 = add(sum1, i + LANES);
        }
        return sum0.add(sum1).reduceLanes(VectorOperators.ADD);
    }

    /** Four sums. */
    @Benchmark
    public float four() {
        var sum0 = FloatVector.zero(SPECIES);
        var sum1 = sum0;
        var sum2 = sum0;
        var sum3 = sum0;
        for (int i = 0; i < n; i += 4 * LANES) {
            sum0 = add(sum0, i);
            sum1 = add(sum1, i + LANES);
            sum2 = add(sum2, i + 2 * LANES);
            sum3 = add(sum3, i + 3 * LANES);
        }
        return sum0.add(sum1).add(sum2.add(sum3)).reduceLanes(VectorOperators.ADD);
    }

    /** Eight sums. */
    @Benchmark
    public float eight() {
        var sum0 = FloatVector.zero(SPECIES);
        var sum1 = sum0;
        var sum2 = sum0;
        var sum3 = sum0;
        var sum4 = sum0;
        var sum5 = sum0;
        var sum6 = sum0;
        var sum7 = sum0;
        for (int i = 0; i < n; i += 8 * LANES) {
            sum0 = add(sum0, i);
            sum1 = add(sum1, i + LANES);
            sum2 = add(sum2, i + 2 * LANES);
            sum3 = add(sum3, i + 3 * LANES);
            sum4 = add(sum4, i + 4 * LANES);
            sum5 = add(sum5, i + 5 * LANES);
            sum6 = add(sum6, i + 6 * LANES);
            sum7 = add(sum7, i + 7 * LANES);
        }
        return sum0.add(sum1)
                .add(sum2.add(sum3))
                .add(sum4.add(sum5).add(sum6.add(sum7)))
                .reduceLanes(VectorOperators.ADD);
    }
}
