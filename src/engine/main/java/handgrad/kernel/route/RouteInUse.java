package handgrad.kernel.route;

import handgrad.blas.OpenBlas;
import handgrad.file.PrintableText;
import handgrad.kernel.route.Route.Range;
import handgrad.kernel.route.RouteFile.UnusableException;
import handgrad.kernel.runtime.VectorSupport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The route of matrix products in this JVM, chosen once: which implementation adds up a product decides its last bits,
 * so a route never changes by itself. It is the default or, after {@code handgrad doctor --calibrate}, what that found
 * for this machine.
 *
 * <p>The system property {@code handgrad.matmul} overrides it: {@code java}, {@code openblas}, or {@code default} for
 * the default in spite of a calibration. A calibration that cannot be used is passed over with a warning on standard
 * error.
 */
public final class RouteInUse {
    /** The words for a route of everything to the Java kernels. */
    public static final String JAVA = "Java";

    /** The words for a route of everything to OpenBLAS. */
    public static final String OPENBLAS = "OpenBLAS";

    private static final Choice DEFAULT = new Choice(Route.DEFAULT, "default");

    private static final Choice CHOICE = choose(
            System.getProperty("handgrad.matmul"),
            OpenBlas.isAvailable(),
            VectorSupport.ENABLED,
            RouteFile.ofUser(),
            RouteFile::machine);

    static {
        if (CHOICE.warning != null) {
            System.err.println("handgrad: warning: " + CHOICE.warning);
        }
    }

    /** The route. */
    public static final Route ROUTE = CHOICE.route;

    private RouteInUse() {}

    /** One line for people: what goes where, and who says so. */
    public static String description() {
        return words() + " (" + CHOICE.reason + ")";
    }

    /** What goes where: {@link #JAVA}, {@link #OPENBLAS}, or which products are for the one and which for the other. */
    public static String words() {
        return describe(CHOICE.route);
    }

    /** A route, whose it is, and a warning about what was passed over. */
    record Choice(Route route, String reason, @Nullable String warning) {
        private Choice(Route route, String reason) {
            this(route, reason, null);
        }
    }

    /** The route for a value of the property on a machine; the file is the calibration's, null for none. */
    static Choice choose(
            @Nullable String asked, boolean openBlas, boolean vectors, @Nullable Path file, Supplier<String> machine) {
        return switch (asked) {
            case null -> {
                if (!openBlas) {
                    yield new Choice(Route.JAVA, "OpenBLAS is off");
                }
                if (!vectors) {
                    yield new Choice(Route.OPENBLAS, "vectors are off");
                }
                yield file != null && file.isAbsolute() && Files.exists(file)
                        ? calibrated(file, machine.get())
                        : DEFAULT;
            }
            case "java" -> new Choice(Route.JAVA, "-Dhandgrad.matmul=java");
            case "openblas" ->
                openBlas
                        ? new Choice(Route.OPENBLAS, "-Dhandgrad.matmul=openblas")
                        : new Choice(Route.JAVA, "-Dhandgrad.matmul=openblas refused: OpenBLAS is off");
            case "default" -> choose(null, openBlas, vectors, null, machine);
            default -> {
                var choice = choose(null, openBlas, vectors, file, machine);
                var refusal = "; handgrad.matmul=" + asked + " refused: it may be java, openblas or default";
                yield new Choice(choice.route, choice.reason + refusal, choice.warning);
            }
        };
    }

    private static Choice calibrated(Path file, String machine) {
        try {
            return new Choice(RouteFile.read(file, machine), "calibrated, " + file);
        } catch (UnusableException unusable) {
            var warning = file + " is not used: " + unusable.getMessage()
                    + "; ./handgrad doctor --calibrate writes a new one";
            return new Choice(Route.DEFAULT, "default; " + file + " is not used", PrintableText.of(warning));
        }
    }

    /** The work that goes to OpenBLAS; the form is named where they differ. */
    static String describe(Route route) {
        if (route.equals(Route.JAVA)) {
            return JAVA;
        }
        if (route.equals(Route.OPENBLAS)) {
            return OPENBLAS;
        }
        boolean same = route.nn().equals(route.nt()) && route.nn().equals(route.tn());
        var forms = same
                ? words(route.nn())
                : Stream.of(Form.values())
                        .map(form -> form + " " + words(route.range(form)))
                        .collect(Collectors.joining(", "));
        return "OpenBLAS: most " + forms + " multiply-adds, else Java";
    }

    private static String words(Range range) {
        if (range.equals(Route.NONE) || range.equals(Route.ALL)) {
            return range.equals(Route.ALL) ? "all" : "none";
        }
        var from = range.from() == 0 ? "" : String.format(Locale.ROOT, "from %,d ", range.from());
        return from + (range.to() == Long.MAX_VALUE ? "on" : String.format(Locale.ROOT, "up to %,d", range.to() - 1));
    }
}
