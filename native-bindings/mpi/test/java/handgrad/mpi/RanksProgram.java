package handgrad.mpi;

import org.jspecify.annotations.Nullable;

/** Opens MPI, which includes the self-test, and prints a line of rank 0. */
final class RanksProgram {
    private RanksProgram() {}

    static void main() throws InterruptedException {
        var before = JvmSignals.now();
        try {
            var ranks = Mpi.open();
            int caught = findNulls();
            before.requireUntouched();
            if (ranks.rank() == 0) {
                IO.println(ranks.size() + " ranks, " + ranks.library() + ", " + caught + " nulls found");
            }
            ranks.close();
        } catch (MpiException refusal) {
            if (Launcher.current().orElseThrow().rank() == 0) {
                IO.println(refusal.getMessage());
            } else {
                Thread.sleep(10_000); // Rank 0 ends this one.
            }
            Mpi.abort(2);
        }
    }

    /** Compiled code has no check for null, but lets SIGSEGV find it. */
    private static int findNulls() {
        int letters = 0;
        int found = 0;
        for (int i = 0; i < 20_000; i++) {
            try {
                letters += length(i < 19_990 ? "text" : null);
            } catch (NullPointerException exception) {
                found++;
            }
        }
        return letters == 4 * 19_990 ? found : -1;
    }

    @SuppressWarnings("NullAway")
    private static int length(@Nullable String text) {
        return text.length();
    }
}
