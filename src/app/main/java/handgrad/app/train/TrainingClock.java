package handgrad.app.train;

/** How long a training has lasted, also before it was interrupted; other threads may ask it. */
final class TrainingClock {
    private double before;
    private long start;
    private boolean running;

    /** Stands at so many seconds. */
    synchronized void set(double seconds) {
        before = seconds;
        running = false;
    }

    /** Goes on, if it stands. */
    synchronized void start() {
        if (!running) {
            start = System.nanoTime();
            running = true;
        }
    }

    /** Stands still. */
    synchronized void stop() {
        set(seconds());
    }

    synchronized double seconds() {
        return running ? before + (System.nanoTime() - start) / 1e9 : before;
    }
}
