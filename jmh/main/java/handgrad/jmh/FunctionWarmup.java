package handgrad.jmh;

import handgrad.kernel.Elementwise;
import handgrad.kernel.UnaryOperation;
import java.util.List;

/**
 * Gets exp and tanh compiled. C1 compiles a method after some 100 calls and C2 after some 600 more; until then a vector
 * of exp takes microseconds, so with 4096 elements a call that would be longer than a whole warm-up. Short arrays get
 * there fast, but not too short: C2 inlines what a loop calls only if the loop has many turns.
 */
final class FunctionWarmup {
    private static final int CALLS = 2000;
    private static final int ELEMENTS = 512;

    private FunctionWarmup() {}

    /** Calls exp and tanh often. */
    static void run() {
        float[] x = RandomOperands.normals(1, ELEMENTS);
        float[] out = new float[ELEMENTS];
        for (var function : List.of(UnaryOperation.EXP, UnaryOperation.TANH)) {
            for (int i = 0; i < CALLS; i++) {
                Elementwise.unary(function, x, out, ELEMENTS);
            }
        }
    }
}
