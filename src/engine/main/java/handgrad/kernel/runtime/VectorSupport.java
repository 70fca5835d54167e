package handgrad.kernel.runtime;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;

/**
 * What this JVM offers for vectors. Names no Vector API type in its own members, so that it loads where the module is
 * missing; a kernel asks {@link #ENABLED} before it touches a class that uses vectors.
 *
 * <p>The system property {@code handgrad.vector} chooses the width in bits: {@code 128}, {@code 256}, {@code 512} or
 * {@code off}. By default it is the widest the CPU has. A width the CPU does not have, or a value that is not one of
 * these, is refused: the default holds and {@link #description} says why. Vectors are off by default where C2 does not
 * compile (interpreter, C1 only, another JVM than HotSpot), because uncompiled vector code is slower than scalar code.
 * Where the module is missing, the logger {@code handgrad} says once how to get it.
 */
public final class VectorSupport {
    private static final int WIDEST = 512;

    private static final String MISSING =
            "module jdk.incubator.vector is missing: add --add-modules jdk.incubator.vector";

    /** The width in bits of the CPU's vectors, as the JVM uses them; 0 if it does not tell. */
    public static final int WIDEST_OF_CPU = preferredBits();

    private static final Choice CHOICE =
            choose(System.getProperty("handgrad.vector"), WIDEST_OF_CPU, compilesVectors());

    /** Whether the kernels use vectors. */
    public static final boolean ENABLED = CHOICE.bits > 0;

    /** The width of a vector in bits: 128, 256 or 512, and 0 when vectors are off. */
    public static final int BITS = CHOICE.bits;

    /**
     * Whether the CPU multiplies and adds in one instruction. Without it {@link Math#fma} is emulated and about 200
     * times slower, so kernels multiply and add in two steps; also false when the JVM does not tell.
     */
    public static final boolean FMA = "true".equals(option("UseFMA"));

    static {
        if (WIDEST_OF_CPU == 0) {
            System.getLogger("handgrad").log(Level.WARNING, MISSING + ", without which kernels run as plain loops");
        }
    }

    private VectorSupport() {}

    /**
     * Whether vectors are on and n floats fill at least one. A loop over vectors must not be entered for less, because
     * the profile of such calls keeps C2 from inlining what the loop calls, and then its vectors are boxed.
     */
    public static boolean fill(int n) {
        return ENABLED && n >= BITS / Float.SIZE;
    }

    /** As {@link #fill}, for loops that call {@code VectorMath}: without fused multiply-add they run as scalar code. */
    public static boolean fillFused(int n) {
        return FMA && fill(n);
    }

    /** One line for people: the width, or why vectors are off, and the fused multiply-add. */
    public static String description() {
        var width = ENABLED ? BITS + "-bit float vectors" : "vectors off";
        var reason = CHOICE.reason.isEmpty() ? "" : " (" + CHOICE.reason + ")";
        return width + reason + (FMA ? ", fused multiply-add" : ", no fused multiply-add");
    }

    /** A width in bits, 0 for off, and the reason where it is not simply the widest. */
    record Choice(int bits, String reason) {}

    /** The width to use, from the property's value, the CPU's widest vector (0: no module) and whether C2 compiles. */
    static Choice choose(@Nullable String asked, int preferred, boolean compiled) {
        if (preferred == 0) {
            return new Choice(0, MISSING);
        }
        var fallback = compiled
                ? new Choice(Math.min(preferred, WIDEST), "")
                : new Choice(0, "this JVM does not compile with C2, so scalar code is faster");
        return switch (asked) {
            case null -> fallback;
            case "off" -> new Choice(0, "-Dhandgrad.vector=off");
            case "128", "256", "512" -> {
                int bits = Integer.parseInt(asked);
                yield bits <= preferred
                        ? new Choice(bits, "-Dhandgrad.vector=" + asked)
                        : new Choice(fallback.bits, asked + " refused: this CPU has " + preferred + "-bit vectors");
            }
            default ->
                new Choice(fallback.bits, "handgrad.vector=" + asked + " refused: it may be off, 128, 256 or 512");
        };
    }

    private static int preferredBits() {
        boolean present = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        return present ? Preferred.bits() : 0;
    }

    private static boolean compilesVectors() {
        return "true".equals(option("UseCompiler")) && "4".equals(option("TieredStopAtLevel"));
    }

    /** The value of a HotSpot option, or null on another JVM. */
    private static @Nullable String option(String name) {
        var hotSpot = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
        return hotSpot == null ? null : hotSpot.getVMOption(name).getValue();
    }

    /** In a class of its own, loaded only where the module is present. */
    private static final class Preferred {
        static int bits() {
            return FloatVector.SPECIES_PREFERRED.vectorBitSize();
        }
    }
}
