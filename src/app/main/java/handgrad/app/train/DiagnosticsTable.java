package handgrad.app.train;

import handgrad.diagnostics.Snapshot;
import java.io.PrintWriter;
import java.util.Locale;

/** The diagnostics of makemore part 3 as tables of text. */
final class DiagnosticsTable {
    private DiagnosticsTable() {}

    /** Prints the statistics of a step: each non-linear layer with its gradient, then each weight with its own. */
    static void print(PrintWriter out, Snapshot snapshot) {
        out.printf(Locale.ROOT, "%nstep %,d%n", snapshot.step());
        if (!snapshot.activations().isEmpty()) {
            out.printf("%-14s %8s %8s %10s  %12s %12s%n", "layer", "mean", "std", "saturated", "grad mean", "grad std");
        }
        for (int i = 0; i < snapshot.activations().size(); i++) {
            var output = snapshot.activations().get(i);
            var gradient = snapshot.activationGradients().get(i);
            out.printf(
                    Locale.ROOT,
                    "%-14s %+8.2f %8.2f %10s  %+12.4e %12.4e%n",
                    output.name() + " " + output.kind(),
                    output.mean(),
                    output.std(),
                    Double.isNaN(output.saturated()) ? "" : percent(output.saturated()),
                    gradient.mean(),
                    gradient.std());
        }
        out.printf("%-14s %12s %12s %12s %12s%n", "weight", "shape", "grad std", "grad:data", "log10 update");
        for (var weight : snapshot.weights()) {
            out.printf(
                    Locale.ROOT,
                    "%-14s %12s %12.4e %12.4e %12.2f%n",
                    weight.value().name(),
                    weight.value().shape(),
                    weight.gradient().std(),
                    weight.gradientToData(),
                    Math.log10(weight.updateToData()));
        }
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.2f %%", 100 * share);
    }
}
