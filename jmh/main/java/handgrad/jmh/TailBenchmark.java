package handgrad.jmh;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Question: how is a row best finished whose length is not a multiple of the vector?
 *
 * <p>Method: out = a ∘ b over 32 rows, row by row, as a layer does it: the rest of a row in a scalar loop; under a
 * mask; by one last vector that overlaps the one before; or not at all, because rows are padded to a multiple of 16
 * floats.
 *
 * <p>What to expect: padding is cheapest and costs memory; overlapping does some elements twice, so it suits only loops
 * whose result does not depend on what they wrote; a scalar loop costs most where the rest is long; masks are boxed
 * unless C2 inlines all of them.
 *
 * <p>What it taught: in a loop as short as these C2 inlines masks, and they are as fast as overlapping. handgrad's
 * kernels use none all the same, since in its larger methods they may be boxed: they overlap, or finish with a scalar
 * loop. The findings say what that costs here, and whether masks allocate.
 */
@State(Scope.Thread)
public class TailBenchmark {
    /** The rows of each array. */
    static final int ROWS = 32;

    private static final int PADDING = 16;
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    /** The floats of a row: letters, inputs and hidden units of the lectures' models, and an odd number. */
    @Param({"27", "30", "100", "200", "341"})
    public int columns;

    private int padded;
    private float[] a = {};
    private float[] b = {};
    private float[] out = {};

    /** Draws the operands and compares each result with float64. */
    @Setup
    public void check() {
        padded = Math.ceilDiv(columns, PADDING) * PADDING;
        a = RandomOperands.normals(1, ROWS * padded);
        b = RandomOperands.normals(2, ROWS * padded);
        out = new float[ROWS * padded];
        scalarTail();
        check("scalar tail", ROWS * columns);
        masked();
        check("masked", ROWS * columns);
        overlapping();
        check("overlapping", ROWS * columns);
        padded();
        check("padded", ROWS * padded);
    }

    private void check(String strategy, int n) {
        ResultCheck.require(strategy, i -> out[i], i -> (double) a[i] * b[i], n, 1e-6);
        java.util.Arrays.fill(out, 0);
    }

    /** The rest of each row in a scalar loop. */
    @Benchmark
    public float[] scalarTail() {
        int full = SPECIES.loopBound(columns);
        for (int row = 0; row < ROWS * columns; row += columns) {
            for (int i = row; i < row + full; i += SPECIES.length()) {
                FloatVector.fromArray(SPECIES, a, i)
                        .mul(FloatVector.fromArray(SPECIES, b, i))
                        .intoArray(out, i);
            }
            for (int i = row + full; i < row + columns; i++) {
                out[i] = a[i] * b[i];
            }
        }
        return out;
    }

    /** The rest of each row under a mask. */
    @Benchmark
    public float[] masked() {
        int full = SPECIES.loopBound(columns);
        var mask = SPECIES.indexInRange(full, columns);
        for (int row = 0; row < ROWS * columns; row += columns) {
            for (int i = row; i < row + full; i += SPECIES.length()) {
                FloatVector.fromArray(SPECIES, a, i)
                        .mul(FloatVector.fromArray(SPECIES, b, i))
                        .intoArray(out, i);
            }
            int i = row + full;
            FloatVector.fromArray(SPECIES, a, i, mask)
                    .mul(FloatVector.fromArray(SPECIES, b, i, mask))
                    .intoArray(out, i, mask);
        }
        return out;
    }

    /** The rest of each row by a last vector that ends where the row ends. */
    @Benchmark
    public float[] overlapping() {
        int full = SPECIES.loopBound(columns);
        for (int row = 0; row < ROWS * columns; row += columns) {
            for (int i = row; i < row + full; i += SPECIES.length()) {
                FloatVector.fromArray(SPECIES, a, i)
                        .mul(FloatVector.fromArray(SPECIES, b, i))
                        .intoArray(out, i);
            }
            int i = row + columns - SPECIES.length();
            FloatVector.fromArray(SPECIES, a, i)
                    .mul(FloatVector.fromArray(SPECIES, b, i))
                    .intoArray(out, i);
        }
        return out;
    }

    /** Rows that are multiples of the vector. */
    @Benchmark
    public float[] padded() {
        for (int row = 0; row < ROWS * padded; row += padded) {
            for (int i = row; i < row + padded; i += SPECIES.length()) {
                FloatVector.fromArray(SPECIES, a, i)
                        .mul(FloatVector.fromArray(SPECIES, b, i))
                        .intoArray(out, i);
            }
        }
        return out;
    }
}
