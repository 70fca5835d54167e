package handgrad.jmh;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Question: what does one loop gain over several that each write an array for the next to read?
 *
 * <p>Method: the gradient of tanh, dX = (1 - y²) ∘ dOut, in one pass and in three; and SGD with momentum, v = μ v + g
 * and p = p - η v, in one pass and in two. Over arrays of 25 KB, as in the lectures' models, and of 64 MB.
 *
 * <p>What to expect: in memory the time follows the bytes: 3 arrays against 7 for tanh, 5 against 6 for SGD. In the
 * cache loads and stores count in the same way, only cheaper.
 *
 * <p>What it taught: the findings give the gain of each on this machine.
 */
@State(Scope.Thread)
public class FusionBenchmark {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final float MOMENTUM = 0.9f;
    private static final float RATE = 1e-6f;

    /** The elements of an array. */
    @Param({"6400", "16777216"})
    public int n;

    private float[] y = {};
    private float[] dOut = {};
    private float[] dX = {};

    /** Draws the operands and compares each result with float64. */
    @Setup
    public void check() {
        y = RandomOperands.normals(1, n);
        dOut = RandomOperands.normals(2, n);
        dX = new float[n];
        tanhFused();
        ResultCheck.require("tanh, fused", i -> dX[i], i -> (1 - (double) y[i] * y[i]) * dOut[i], n, 1e-4);
        tanhSeparate();
        ResultCheck.require("tanh, separate", i -> dX[i], i -> (1 - (double) y[i] * y[i]) * dOut[i], n, 1e-4);
        float[] before = dX.clone();
        float[] weights = dOut.clone();
        momentumFused();
        ResultCheck.require("momentum, fused", i -> dX[i], i -> MOMENTUM * before[i] + y[i], n, 1e-4);
        ResultCheck.require("weights, fused", i -> dOut[i], i -> weights[i] - RATE * dX[i], n, 1e-5);
        float[] between = dX.clone();
        momentumSeparate();
        ResultCheck.require("momentum, separate", i -> dX[i], i -> MOMENTUM * between[i] + y[i], n, 1e-4);
    }

    /** dX = (1 - y²) ∘ dOut. */
    @Benchmark
    public float[] tanhFused() {
        for (int i = 0; i < n; i += SPECIES.length()) {
            var value = FloatVector.fromArray(SPECIES, y, i);
            var grad = FloatVector.fromArray(SPECIES, dOut, i);
            grad.sub(value.mul(value).mul(grad)).intoArray(dX, i);
        }
        return dX;
    }

    /** dX = y², dX = 1 - dX, dX = dX ∘ dOut. */
    @Benchmark
    public float[] tanhSeparate() {
        for (int i = 0; i < n; i += SPECIES.length()) {
            var value = FloatVector.fromArray(SPECIES, y, i);
            value.mul(value).intoArray(dX, i);
        }
        var one = FloatVector.broadcast(SPECIES, 1);
        for (int i = 0; i < n; i += SPECIES.length()) {
            one.sub(FloatVector.fromArray(SPECIES, dX, i)).intoArray(dX, i);
        }
        for (int i = 0; i < n; i += SPECIES.length()) {
            FloatVector.fromArray(SPECIES, dX, i)
                    .mul(FloatVector.fromArray(SPECIES, dOut, i))
                    .intoArray(dX, i);
        }
        return dX;
    }

    /** v = μ v + g and p = p - η v, where v is dX, g is y and p is dOut. */
    @Benchmark
    public float[] momentumFused() {
        for (int i = 0; i < n; i += SPECIES.length()) {
            var velocity =
                    FloatVector.fromArray(SPECIES, dX, i).mul(MOMENTUM).add(FloatVector.fromArray(SPECIES, y, i));
            velocity.intoArray(dX, i);
            FloatVector.fromArray(SPECIES, dOut, i).sub(velocity.mul(RATE)).intoArray(dOut, i);
        }
        return dX;
    }

    /** The same in two passes. */
    @Benchmark
    public float[] momentumSeparate() {
        for (int i = 0; i < n; i += SPECIES.length()) {
            FloatVector.fromArray(SPECIES, dX, i)
                    .mul(MOMENTUM)
                    .add(FloatVector.fromArray(SPECIES, y, i))
                    .intoArray(dX, i);
        }
        for (int i = 0; i < n; i += SPECIES.length()) {
            FloatVector.fromArray(SPECIES, dOut, i)
                    .sub(FloatVector.fromArray(SPECIES, dX, i).mul(RATE))
                    .intoArray(dOut, i);
        }
        return dX;
    }
}
