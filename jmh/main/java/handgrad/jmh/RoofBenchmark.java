package handgrad.jmh;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Measures the roof of {@link KernelBenchmark}: what this machine can do at all. The peak of a core comes from fused
 * multiply-adds that stay in registers, the bandwidth of each level of the memory from a copy within it.
 */
@State(Scope.Thread)
public class RoofBenchmark {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int TURNS = 1000;
    private static final int CHAINS = 10;

    /** The operations of a call of {@link #peak}; a fused multiply-add counts as two. */
    static double peakFlop() {
        return 2.0 * CHAINS * TURNS * SPECIES.length();
    }

    /**
     * Fused multiply-adds on registers: as many chains as keep every unit busy while each waits for its own last
     * result. A chain is what is added to, because x86 has an instruction for that; with another operand C2 would copy
     * a register first.
     */
    @Benchmark
    public float peak() {
        var left = FloatVector.broadcast(SPECIES, 0.5f);
        var right = FloatVector.broadcast(SPECIES, 2);
        var sum0 = FloatVector.broadcast(SPECIES, 0);
        var sum1 = sum0.add(1);
        var sum2 = sum0.add(2);
        var sum3 = sum0.add(3);
        var sum4 = sum0.add(4);
        var sum5 = sum0.add(5);
        var sum6 = sum0.add(6);
        var sum7 = sum0.add(7);
        var sum8 = sum0.add(8);
        var sum9 = sum0.add(9);
        for (int i = 0; i < TURNS; i++) {
            sum0 = left.fma(right, sum0);
            sum1 = left.fma(right, sum1);
            sum2 = left.fma(right, sum2);
            sum3 = left.fma(right, sum3);
            sum4 = left.fma(right, sum4);
            sum5 = left.fma(right, sum5);
            sum6 = left.fma(right, sum6);
            sum7 = left.fma(right, sum7);
            sum8 = left.fma(right, sum8);
            sum9 = left.fma(right, sum9);
        }
        return sum0.add(sum1)
                .add(sum2.add(sum3))
                .add(sum4.add(sum5).add(sum6.add(sum7)))
                .add(sum8.add(sum9))
                .reduceLanes(VectorOperators.ADD);
    }

    /** Chain i begins at i, and each turn adds 1. */
    @Setup
    public void checkPeak() {
        double ofStarts = CHAINS * (CHAINS - 1) / 2.0;
        ResultCheck.require("peak", peak(), (ofStarts + CHAINS * TURNS) * SPECIES.length(), 0.5);
    }

    /** Memory to copy within. */
    @State(Scope.Thread)
    public static class Memory {
        /** Source and destination together. */
        @Param({"16", "512", "16384", "262144"})
        public int kilobytes;

        private float[] source = {};
        private float[] destination = {};

        /** Fills the source and checks a copy. */
        @Setup
        public void fill() {
            source = RandomOperands.normals(1, kilobytes * 1024 / 2 / Float.BYTES);
            destination = new float[source.length];
            new RoofBenchmark().copy(this);
            if (!Arrays.equals(source, destination)) {
                throw new StudyException("copy: the copy differs");
            }
        }
    }

    /** The JDK's copy. */
    @Benchmark
    public float[] copy(Memory memory) {
        System.arraycopy(memory.source, 0, memory.destination, 0, memory.source.length);
        return memory.destination;
    }
}
