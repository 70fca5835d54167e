package handgrad.tensor;

import handgrad.blas.OpenBlas;
import handgrad.kernel.route.RouteInUse;
import handgrad.kernel.runtime.Parallel;
import handgrad.kernel.runtime.VectorSupport;
import java.util.ArrayList;
import java.util.List;

/**
 * What the bits of a result can depend on besides the program, its inputs and its seed; and the number of threads, on
 * which they do not.
 *
 * @param handgrad the version of handgrad
 * @param jdk the version of the JDK, which changes no bits since the kernels use {@link StrictMath}; kept for a person
 *     who looks for the cause of a difference
 * @param blas the version of OpenBLAS, or {@code off}
 * @param core the processor family whose kernels OpenBLAS chose, or {@code off}
 * @param route which matrix products go to OpenBLAS and which to Java, in words
 * @param vectorBits the width of the vectors of the Java kernels, 0 where they are off
 * @param fma whether the CPU multiplies and adds in one instruction, which rounds once instead of twice
 * @param threads how many threads share a large operation
 */
public record Environment(
        String handgrad, String jdk, String blas, String core, String route, int vectorBits, boolean fma, int threads) {
    private static final String OFF = "off";

    static Environment current() {
        var library = OpenBlas.library();
        return new Environment(
                Backend.version(),
                Runtime.version().toString(),
                library.map(OpenBlas.Library::version).orElse(OFF),
                library.map(OpenBlas.Library::coreName).orElse(OFF),
                RouteInUse.words(),
                VectorSupport.BITS,
                VectorSupport.FMA,
                Parallel.threads());
    }

    /**
     * Where this environment differs from the one here in what can change bits, in words such as {@code FMA (here no
     * FMA)}; nothing if results have the same bits. OpenBLAS matters only where products go to it, and the width
     * of the vectors only where it can decide which do: the Java kernels give the same bits at every width.
     */
    public List<String> differences(Environment here) {
        var differences = new ArrayList<String>();
        add(differences, "handgrad ", handgrad, here.handgrad);
        add(differences, "", fma ? "FMA" : "no FMA", here.fma ? "FMA" : "no FMA");
        if (usesOpenBlas() || here.usesOpenBlas()) {
            add(differences, "OpenBLAS ", blas + " " + core, here.blas + " " + here.core);
            add(differences, "matrix products in ", route, here.route);
            if (!route.equals(RouteInUse.OPENBLAS)) {
                add(differences, "", vectorBits + "-bit vectors", here.vectorBits + "-bit vectors");
            }
        }
        return differences;
    }

    /**
     * What can change bits, in words such as {@code JDK 25.0.3}: environments of equal facts give the same bits. Those
     * of OpenBLAS are among them where products go to it.
     */
    public List<String> facts() {
        var facts = new ArrayList<>(List.of("handgrad " + handgrad, "JDK " + jdk, fma ? "FMA" : "no FMA"));
        if (usesOpenBlas()) {
            facts.add("OpenBLAS " + blas + " " + core);
            facts.add("matrix products in " + route);
            if (!route.equals(RouteInUse.OPENBLAS)) {
                facts.add(vectorBits + "-bit vectors");
            }
        }
        return facts;
    }

    private boolean usesOpenBlas() {
        return !route.equals(RouteInUse.JAVA);
    }

    private static void add(List<String> differences, String what, String there, String here) {
        if (!there.equals(here)) {
            differences.add(what + there + " (here " + here + ")");
        }
    }
}
