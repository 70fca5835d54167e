package handgrad.jmh;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Question: are the same loops faster over a {@code float[]} or over a native segment aligned to 64 bytes?
 *
 * <p>Method: an elementwise product, a sum, the sums of rows of 32 and a scalar loop, each over 2048 floats, which stay
 * in the first-level cache. Where the array lies is up to the JVM, so it differs between processes.
 *
 * <p>What to expect: an aligned segment never splits a cache line; an array has cheaper checks of its bounds, an int
 * index against a length that C2 hoists out of the loop, while a segment checks a long index and that it is still open.
 *
 * <p>What it taught: on the machine of the first measurements arrays won where loops are short, and lost little
 * elsewhere; so a tensor is a {@code float[]}. The figures of this machine stand in the results.
 */
@State(Scope.Thread)
public class StorageBenchmark {
    /** The elements of an array. */
    static final int N = 2048;

    private static final int COLUMNS = 32;
    private static final int ROWS = N / COLUMNS;
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private final float[] a = RandomOperands.normals(1, N);
    private final float[] b = RandomOperands.normals(2, N);
    private final float[] out = new float[N];
    private final MemorySegment aSegment = segment(a);
    private final MemorySegment bSegment = segment(b);
    private final MemorySegment outSegment = segment(out);

    private static MemorySegment segment(float[] values) {
        var segment = Arena.global().allocate(FLOAT.byteSize() * values.length, 64);
        MemorySegment.copy(values, 0, segment, FLOAT, 0, values.length);
        return segment;
    }

    /** Compares each result with float64. */
    @Setup
    public void check() {
        multiplyArray();
        ResultCheck.require("multiply over arrays", i -> out[i], i -> (double) a[i] * b[i], N, 1e-6);
        multiplySegment();
        ResultCheck.require(
                "multiply over segments", i -> outSegment.getAtIndex(FLOAT, i), i -> (double) a[i] * b[i], N, 1e-6);
        ResultCheck.require("sum over an array", sumArray(), sum(0, N), 1e-2);
        ResultCheck.require("sum over a segment", sumSegment(), sum(0, N), 1e-2);
        rowSumsArray();
        ResultCheck.require("row sums over arrays", i -> out[i], i -> sum(i * COLUMNS, COLUMNS), ROWS, 1e-4);
        rowSumsSegment();
        ResultCheck.require(
                "row sums over segments",
                i -> outSegment.getAtIndex(FLOAT, i),
                i -> sum(i * COLUMNS, COLUMNS),
                ROWS,
                1e-4);
        scalarArray();
        ResultCheck.require("scalar loop over arrays", i -> out[i], i -> 2 * a[i] + 1, N, 1e-6);
        scalarSegment();
        ResultCheck.require(
                "scalar loop over segments", i -> outSegment.getAtIndex(FLOAT, i), i -> 2 * a[i] + 1, N, 1e-6);
    }

    private double sum(int start, int n) {
        double sum = 0;
        for (int i = start; i < start + n; i++) {
            sum += a[i];
        }
        return sum;
    }

    /** out = a ∘ b. */
    @Benchmark
    public float[] multiplyArray() {
        for (int i = 0; i < N; i += SPECIES.length()) {
            FloatVector.fromArray(SPECIES, a, i)
                    .mul(FloatVector.fromArray(SPECIES, b, i))
                    .intoArray(out, i);
        }
        return out;
    }

    /** out = a ∘ b. */
    @Benchmark
    public MemorySegment multiplySegment() {
        for (long i = 0; i < 4L * N; i += SPECIES.vectorByteSize()) {
            FloatVector.fromMemorySegment(SPECIES, aSegment, i, ORDER)
                    .mul(FloatVector.fromMemorySegment(SPECIES, bSegment, i, ORDER))
                    .intoMemorySegment(outSegment, i, ORDER);
        }
        return outSegment;
    }

    /** Σ a. */
    @Benchmark
    public float sumArray() {
        var sum = FloatVector.zero(SPECIES);
        for (int i = 0; i < N; i += SPECIES.length()) {
            sum = sum.add(FloatVector.fromArray(SPECIES, a, i));
        }
        return sum.reduceLanes(VectorOperators.ADD);
    }

    /** Σ a. */
    @Benchmark
    public float sumSegment() {
        var sum = FloatVector.zero(SPECIES);
        for (long i = 0; i < 4L * N; i += SPECIES.vectorByteSize()) {
            sum = sum.add(FloatVector.fromMemorySegment(SPECIES, aSegment, i, ORDER));
        }
        return sum.reduceLanes(VectorOperators.ADD);
    }

    /** The sum of each row of 32. */
    @Benchmark
    public float[] rowSumsArray() {
        for (int row = 0; row < ROWS; row++) {
            var sum = FloatVector.zero(SPECIES);
            for (int i = row * COLUMNS; i < (row + 1) * COLUMNS; i += SPECIES.length()) {
                sum = sum.add(FloatVector.fromArray(SPECIES, a, i));
            }
            out[row] = sum.reduceLanes(VectorOperators.ADD);
        }
        return out;
    }

    /** The sum of each row of 32. */
    @Benchmark
    public MemorySegment rowSumsSegment() {
        for (int row = 0; row < ROWS; row++) {
            var sum = FloatVector.zero(SPECIES);
            for (long i = 4L * row * COLUMNS; i < 4L * (row + 1) * COLUMNS; i += SPECIES.vectorByteSize()) {
                sum = sum.add(FloatVector.fromMemorySegment(SPECIES, aSegment, i, ORDER));
            }
            outSegment.setAtIndex(FLOAT, row, sum.reduceLanes(VectorOperators.ADD));
        }
        return outSegment;
    }

    /** out = 2 a + 1, for C2 to make vectors of. */
    @Benchmark
    public float[] scalarArray() {
        for (int i = 0; i < N; i++) {
            out[i] = 2 * a[i] + 1;
        }
        return out;
    }

    /** out = 2 a + 1, for C2 to make vectors of. */
    @Benchmark
    public MemorySegment scalarSegment() {
        for (int i = 0; i < N; i++) {
            outSegment.setAtIndex(FLOAT, i, 2 * aSegment.getAtIndex(FLOAT, i) + 1);
        }
        return outSegment;
    }
}
