package handgrad.kernel.route;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Measures in some milliseconds whether the route in use is the fast one, over products of the lectures' models. It
 * changes nothing: the bits of a product must not depend on a measurement that nobody asked for.
 */
public final class RouteCheck {
    /** Products of makemore part 3 and part 5: forward, and the gradients of weight and input. */
    private static final List<Shape> SHAPES = List.of(
            new Shape(Form.NN, 32, 200, 30),
            new Shape(Form.TN, 200, 27, 32),
            new Shape(Form.NT, 32, 200, 27),
            new Shape(Form.NN, 32, 100, 100),
            new Shape(Form.NN, 128, 128, 48),
            new Shape(Form.NN, 64, 128, 256));

    /** The share of the better one's speed that the route has at least, where it is right. */
    private static final double FAST_ENOUGH = 0.85;

    private static final int SLICES = 40;

    /** Multiply-adds in a slice: about 50 µs. */
    private static final long SLICE_WORK = 1L << 21;

    private RouteCheck() {}

    private record Shape(Form form, int m, int n, int k) {
        @Override
        public String toString() {
            return "%dx%dx%d %s".formatted(m, k, n, form);
        }
    }

    /**
     * Measures the products after the compiler is done with the kernels.
     *
     * @return lines for people: how the route compares, and what to do if it is slow
     */
    public static List<String> run(RoutedProduct product) {
        var lines = new ArrayList<String>();
        double worst = Double.POSITIVE_INFINITY;
        for (var shape : SHAPES) {
            double[] seconds = seconds(product, shape);
            boolean openBlas = RouteInUse.ROUTE.openBlas(shape.form, shape.m, shape.n, shape.k);
            double share = Math.min(seconds[0], seconds[1]) / seconds[openBlas ? 1 : 0];
            worst = Math.min(worst, share);
            if (share < FAST_ENOUGH) {
                lines.add(String.format(
                        Locale.ROOT,
                        "%s takes %.1f µs in %s, and %.1f in %s",
                        shape,
                        seconds[openBlas ? 1 : 0] * 1e6,
                        openBlas ? "OpenBLAS" : "Java",
                        seconds[openBlas ? 0 : 1] * 1e6,
                        openBlas ? "Java" : "OpenBLAS"));
            }
        }
        lines.addFirst(String.format(
                Locale.ROOT,
                "%.2f of the better of Java and OpenBLAS at least, over %d products of the models",
                worst,
                SHAPES.size()));
        if (lines.size() > 1) {
            lines.add("./handgrad doctor --calibrate measures which is faster, on a quiet machine");
        }
        return lines;
    }

    /** The least seconds of a call, in Java and in OpenBLAS, which take turns. */
    private static double[] seconds(RoutedProduct product, Shape shape) {
        float[] a = new float[shape.m * shape.k];
        float[] b = new float[shape.k * shape.n];
        float[] c = new float[shape.m * shape.n];
        Arrays.fill(a, 0.5f);
        Arrays.fill(b, 0.25f);
        int calls = Math.toIntExact(Math.max(1, SLICE_WORK / ((long) shape.m * shape.n * shape.k)));
        double[] least = {Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY};
        for (int slice = 0; slice < SLICES; slice++) {
            for (int i = 0; i < least.length; i++) {
                var route = i == 0 ? Route.JAVA : Route.OPENBLAS;
                long start = System.nanoTime();
                for (int call = 0; call < calls; call++) {
                    product.multiply(route, shape.form, shape.m, shape.n, shape.k, a, b, c);
                }
                least[i] = Math.min(least[i], (System.nanoTime() - start) / 1e9 / calls);
            }
        }
        return least;
    }
}
