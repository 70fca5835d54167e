package handgrad.app;

import handgrad.check.registry.Proof;
import handgrad.check.registry.ProofReport;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The table of {@code handgrad check}: a line for each operation, a total, and what is wrong with those that fail. */
final class CheckTable {
    private static final String ROW = "%-44s %8s %8s %9s %9s%n";

    private CheckTable() {}

    /** Checks the operations and prints a line as each is done; returns whether all gradients are right. */
    static boolean print(List<Proof> operations, PrintWriter out) {
        out.printf(ROW, "operation", "partials", "skipped", "error", "time");
        var failed = new ArrayList<ProofReport>();
        int partials = 0;
        int skipped = 0;
        double worst = 0;
        long begin = System.nanoTime();
        for (var operation : operations) {
            if (!operation.differentiable()) {
                out.printf("%-44s %8s%n", operation.name(), "none");
                continue;
            }
            long start = System.nanoTime();
            var report = operation.check();
            printRow(operation.name(), report.partials(), report.skipped(), report.worst(), start, out);
            partials += report.partials();
            skipped += report.skipped();
            worst = Math.max(worst, report.worst());
            if (!report.passed()) {
                failed.add(report);
            }
        }
        printRow(
                operations.size() + (operations.size() == 1 ? " operation" : " operations"),
                partials,
                skipped,
                worst,
                begin,
                out);
        failed.forEach(report -> printFailure(report, out));
        return failed.isEmpty();
    }

    private static void printRow(String name, int partials, int skipped, double worst, long start, PrintWriter out) {
        out.printf(
                Locale.ROOT,
                ROW,
                name,
                "%,d".formatted(partials),
                "%,d".formatted(skipped),
                "%.1e".formatted(worst),
                "%.2f s".formatted((System.nanoTime() - start) / 1e9));
        out.flush();
    }

    private static void printFailure(ProofReport report, PrintWriter out) {
        for (var entry : report.entries()) {
            if (!entry.report().passed()) {
                out.printf("%n%s at %s:%n", report.operation().name(), entry.sample());
                out.println(entry.report().failures());
            }
        }
    }
}
