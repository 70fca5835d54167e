package handgrad.jmh;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Question: what does a loop lose whose array does not begin at a cache line?
 *
 * <p>Method: loops over 1024 floats, in the first-level cache, that begin 0 to 60 bytes behind a cache line, all
 * operands alike. An array cannot be asked where it lies, so the operands are parts of one that G1 calls humongous: it
 * begins at a region of the heap, its elements 16 bytes behind, and G1 does not move it. The same product over a native
 * segment, whose address is known, shows whether that holds.
 *
 * <p>What to expect: a vector of 64 bytes that does not begin at a cache line touches two, and each access counts
 * twice; of 32 bytes, every second one does.
 *
 * <p>What it taught: the loss is the price of arrays that the JVM puts anywhere; the findings give it for this machine.
 */
@State(Scope.Thread)
public class AlignmentBenchmark {
    /** The elements of an operand. */
    static final int N = 1024;

    /**
     * More than half of the largest region of G1, 32 MB, so that the array is humongous whatever the size of the heap.
     */
    private static final int HUMONGOUS = 8 << 20;

    private static final int LINE = 64;

    /** Bytes from the start of an array to its elements. */
    private static final int HEADER = 16;

    /**
     * Between the operands: their lines do not share a place in the cache, as they would at a multiple of 4096 bytes.
     */
    private static final int DISTANCE = N + 5 * LINE / Float.BYTES;

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();

    /** Bytes from a cache line to the first element. */
    @Param({"0", "4", "8", "16", "32", "48"})
    public int phase;

    private final float[] memory = new float[HUMONGOUS];
    private final MemorySegment segment = Arena.global().allocate(4L * Float.BYTES * DISTANCE, LINE);
    private int a;
    private int b;
    private int out;
    private long aBytes;

    /** Places the operands and compares each result with float64. */
    @Setup
    public void place() {
        if (ManagementFactory.getGarbageCollectorMXBeans().stream()
                .noneMatch(bean -> bean.getName().contains("G1"))) {
            throw new StudyException("alignment needs the collector G1: it decides where an array lies");
        }
        a = (LINE - HEADER + phase) / Float.BYTES;
        b = a + DISTANCE;
        out = b + DISTANCE;
        aBytes = phase;
        var values = RandomOperands.normals(1, 2 * DISTANCE);
        System.arraycopy(values, 0, memory, a, values.length);
        MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_FLOAT, aBytes, values.length);
        multiply();
        ResultCheck.require("multiply", i -> memory[out + i], i -> product(values, i), N, 1e-6);
        multiplySegment();
        long outBytes = aBytes + 2L * Float.BYTES * DISTANCE;
        ResultCheck.require(
                "multiply over a segment",
                i -> segment.get(ValueLayout.JAVA_FLOAT, outBytes + (long) Float.BYTES * i),
                i -> product(values, i),
                N,
                1e-6);
        double sum = 0;
        for (int i = 0; i < N; i++) {
            sum += values[i];
        }
        ResultCheck.require("sum", sum(), sum, 1e-2);
    }

    private static double product(float[] values, int i) {
        return (double) values[i] * values[DISTANCE + i];
    }

    /** out = a ∘ b. */
    @Benchmark
    public float[] multiply() {
        for (int i = 0; i < N; i += SPECIES.length()) {
            FloatVector.fromArray(SPECIES, memory, a + i)
                    .mul(FloatVector.fromArray(SPECIES, memory, b + i))
                    .intoArray(memory, out + i);
        }
        return memory;
    }

    /** Σ a, in four partial sums. */
    @Benchmark
    public float sum() {
        var sum0 = FloatVector.zero(SPECIES);
        var sum1 = sum0;
        var sum2 = sum0;
        var sum3 = sum0;
        int lanes = SPECIES.length();
        for (int i = a; i < a + N; i += 4 * lanes) {
            sum0 = sum0.add(FloatVector.fromArray(SPECIES, memory, i));
            sum1 = sum1.add(FloatVector.fromArray(SPECIES, memory, i + lanes));
            sum2 = sum2.add(FloatVector.fromArray(SPECIES, memory, i + 2 * lanes));
            sum3 = sum3.add(FloatVector.fromArray(SPECIES, memory, i + 3 * lanes));
        }
        return sum0.add(sum1).add(sum2.add(sum3)).reduceLanes(VectorOperators.ADD);
    }

    /** out = a ∘ b over native memory. */
    @Benchmark
    public MemorySegment multiplySegment() {
        long distance = (long) Float.BYTES * DISTANCE;
        for (long i = aBytes; i < aBytes + 4L * N; i += SPECIES.vectorByteSize()) {
            FloatVector.fromMemorySegment(SPECIES, segment, i, ORDER)
                    .mul(FloatVector.fromMemorySegment(SPECIES, segment, i + distance, ORDER))
                    .intoMemorySegment(segment, i + 2 * distance, ORDER);
        }
        return segment;
    }
}
