package handgrad.app.learn;

import java.util.concurrent.TimeUnit;

/** What is shown now, for the threads of the page. */
final class Board {
    private int version;
    private Shown shown;

    Board(Shown first) {
        shown = first;
    }

    /** What is shown, and the number of its version. */
    record Posted(int version, Shown shown) {}

    /** Shows something else. */
    synchronized void show(Shown next) {
        shown = next;
        version++;
        notifyAll();
    }

    /** What is shown now. */
    synchronized Posted now() {
        return new Posted(version, shown);
    }

    /** What is shown once it is not that version any more, or after a time. */
    synchronized Posted after(int seen, long millis) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (long left = millis; version == seen && left > 0; left = leftMillis(end)) {
            wait(left);
        }
        return now();
    }

    private static long leftMillis(long end) {
        return TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
    }
}
