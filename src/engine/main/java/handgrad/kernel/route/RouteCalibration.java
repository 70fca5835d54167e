package handgrad.kernel.route;

import handgrad.blas.OpenBlas;
import handgrad.kernel.route.Route.Range;
import handgrad.kernel.runtime.VectorSupport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Finds the route of this machine by measuring each form of a product over a ladder of sizes, in Java and in OpenBLAS.
 *
 * <p>Another program that runs at the same time must not decide. So the time of a size is the least of many short
 * slices, which take turns over all sizes and both implementations until the time is up; the early slices, before the
 * compiler is done, are never the least. A form keeps its default range unless another makes no size slower and those
 * whose route changes faster by {@link #CLEARLY} in the geometric mean.
 */
public final class RouteCalibration {
    /** Slices of the same product differ by a few per cent on a quiet machine. */
    private static final double CLEARLY = 1.05;

    /** The sides of the cubes, from what a call costs more than to what the threads share. */
    private static final int[] SIDES = {2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 160, 192, 256, 384};

    /** Multiply-adds in a slice, and calls at most: some tenths of a millisecond. */
    private static final long SLICE_WORK = 1L << 23;

    private static final int SLICE_CALLS = 1024;

    private RouteCalibration() {}

    /**
     * Measures for about so long and writes the route for later runs of this user; this one keeps its own.
     *
     * @param product the product by a given route
     * @return lines for people: what was measured, in microseconds a call, the route, and where it was written
     * @throws IllegalStateException if there is nothing to choose from: OpenBLAS or vectors are off
     * @throws IOException if the route cannot be written
     */
    public static List<String> run(RoutedProduct product, Duration time) throws IOException {
        return run(product, time, RouteFile.ofUser());
    }

    static List<String> run(RoutedProduct product, Duration time, Path file) throws IOException {
        if (!OpenBlas.isAvailable() || !VectorSupport.ENABLED) {
            throw new IllegalStateException("there is no route to choose: "
                    + (OpenBlas.isAvailable() ? VectorSupport.description() : "OpenBLAS is " + OpenBlas.description()));
        }
        var nn = new Times(Form.NN);
        var nt = new Times(Form.NT);
        var tn = new Times(Form.TN);
        var forms = List.of(nn, nt, tn);
        measure(product, forms, time);
        var route = new Route(nn.range(), nt.range(), tn.range());
        RouteFile.write(file, RouteFile.machine(), route);

        var lines = new ArrayList<String>();
        lines.add("form  m = n = k      Java  OpenBLAS  route");
        for (var times : forms) {
            for (int i = 0; i < SIDES.length; i++) {
                boolean openBlas = route.openBlas(times.form, SIDES[i], SIDES[i], SIDES[i]);
                lines.add(String.format(
                        Locale.ROOT,
                        "%-4s  %9d  %8.2f  %8.2f  %s",
                        times.form,
                        SIDES[i],
                        times.java[i] * 1e6,
                        times.openBlas[i] * 1e6,
                        openBlas ? "OpenBLAS" : "Java"));
            }
        }
        lines.add(RouteInUse.describe(route));
        lines.add("written to " + file);
        return lines;
    }

    /** The least seconds of a call of one form, for each side. */
    private static final class Times {
        final Form form;
        final double[] java = new double[SIDES.length];
        final double[] openBlas = new double[SIDES.length];

        Times(Form form) {
            this.form = form;
            Arrays.fill(java, Double.POSITIVE_INFINITY);
            Arrays.fill(openBlas, Double.POSITIVE_INFINITY);
        }

        Range range() {
            return RouteCalibration.range(java, openBlas, Route.DEFAULT.range(form));
        }
    }

    private static void measure(RoutedProduct product, List<Times> forms, Duration time) {
        int largest = SIDES[SIDES.length - 1];
        float[] a = new float[largest * largest];
        float[] b = new float[largest * largest];
        float[] c = new float[largest * largest];
        Arrays.fill(a, 0.5f);
        Arrays.fill(b, 0.25f);
        long start = System.nanoTime();
        do {
            for (var times : forms) {
                for (int i = 0; i < SIDES.length; i++) {
                    double java = seconds(product, Route.JAVA, times.form, SIDES[i], a, b, c);
                    double openBlas = seconds(product, Route.OPENBLAS, times.form, SIDES[i], a, b, c);
                    times.java[i] = Math.min(times.java[i], java);
                    times.openBlas[i] = Math.min(times.openBlas[i], openBlas);
                }
            }
        } while (System.nanoTime() - start < time.toNanos());
    }

    private static double seconds(
            RoutedProduct product, Route route, Form form, int side, float[] a, float[] b, float[] c) {
        int calls = Math.clamp(SLICE_WORK / ((long) side * side * side), 1, SLICE_CALLS);
        long start = System.nanoTime();
        for (int call = 0; call < calls; call++) {
            product.multiply(route, form, side, side, side, a, b, c);
        }
        return (System.nanoTime() - start) / 1e9 / calls;
    }

    /**
     * The range of the fastest route that changes from Java to OpenBLAS and back at most once each; the default if that
     * is about as fast. Between two sizes of the ladder a bound is the default's, or the geometric mean of their work.
     */
    static Range range(double[] java, double[] openBlas, Range byDefault) {
        int sizes = java.length;
        Range best = byDefault;
        double gain = 0;
        for (int from = 0; from <= sizes; from++) {
            for (int to = from; to <= sizes; to++) {
                double logarithm = 0;
                int changed = 0;
                boolean slower = false;
                for (int i = 0; i < sizes; i++) {
                    boolean before = byDefault.holds(work(i));
                    boolean after = from <= i && i < to;
                    if (before != after) {
                        double faster = before ? openBlas[i] / java[i] : java[i] / openBlas[i];
                        changed++;
                        logarithm += Math.log(faster);
                        slower |= faster < 1;
                    }
                }
                if (!slower && logarithm >= changed * Math.log(CLEARLY) && logarithm > gain) {
                    gain = logarithm;
                    best = from < to ? new Range(bound(from, byDefault.from()), bound(to, byDefault.to())) : Route.NONE;
                }
            }
        }
        return best;
    }

    /** The bound below a size and above the one before: the default's if it lies there. */
    private static long bound(int size, long byDefault) {
        long below = size == 0 ? -1 : work(size - 1);
        long above = size == SIDES.length ? Long.MAX_VALUE : work(size);
        if (below < byDefault && byDefault <= above) {
            return byDefault;
        }
        if (size == 0) {
            return 0;
        }
        return size == SIDES.length ? Long.MAX_VALUE : Math.round(Math.sqrt((double) below * above));
    }

    private static long work(int size) {
        return (long) SIDES[size] * SIDES[size] * SIDES[size];
    }
}
