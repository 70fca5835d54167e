package handgrad.app.learn;

import handgrad.app.command.FailedException;
import handgrad.app.command.StopSignals;
import handgrad.app.command.StoppedException;
import handgrad.app.diagram.ExerciseSheet;
import handgrad.app.exercise.Exercise;
import handgrad.app.exercise.HintsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Checks a learner's file each time it is saved, and goes on from exercise to exercise. */
final class Lesson implements AutoCloseable {
    static final long POLL_MILLIS = 50;

    private final BlockingQueue<Event> events;
    private final Duration limit;
    private final boolean draws;
    private final Board board;
    private final Consumer<String> terminal;
    private final List<SavedFile> watched = new ArrayList<>();
    private Shown shown;
    private @Nullable CheckingProcess current;
    private @Nullable CheckingProcess spare;

    /** Whether the current process has never been ready: one that cannot start is not started for ever. */
    private boolean starting = true;

    /**
     * A lesson that has not begun.
     *
     * @param first the exercise it begins with, and the learner's file of it
     * @param events all that happens
     * @param limit how long a piece of the learner's code may run
     * @param draws whether somebody sees the sheet
     * @param terminal takes what the terminal shows
     */
    Lesson(Shown first, BlockingQueue<Event> events, Duration limit, boolean draws, Consumer<String> terminal) {
        this.shown = first;
        this.events = events;
        this.limit = limit;
        this.draws = draws;
        this.terminal = terminal;
        board = new Board(first);
    }

    Board board() {
        return board;
    }

    /** Teaches until the learner ends it. */
    void run(StopSignals signals) throws IOException, InterruptedException {
        begin();
        while (true) {
            var event = events.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
            requireNone(signals);
            if (event == Event.Wish.END) {
                return;
            }
            if (event != null) {
                handle(event);
            }
            if (current != null && current.isLate()) {
                drop();
                problem(("%s: still running after its limit of %d s, and its JVM does not answer any more: too little"
                                + " memory?")
                        .formatted(shown.file(), limit.toSeconds()));
            }
        }
    }

    /** Ends the lesson by the signal that came, if one did. */
    static void requireNone(StopSignals signals) {
        signals.pending().ifPresent(signal -> {
            throw new StoppedException(signal, "The lesson has ended; ./handgrad learn goes on with it.");
        });
    }

    private void begin() throws IOException {
        end();
        watch(shown.file());
        current = start();
        starting = true;
        current.check();
        var exercise = shown.exercise();
        if (draws) {
            Thread.ofPlatform().daemon().name("sheet").start(() -> draw(exercise));
        }
        terminal.accept(TerminalText.heading(shown));
        board.show(shown);
    }

    private void draw(Exercise exercise) {
        try {
            events.add(new Event.Drawn(exercise, ExerciseSheet.of(exercise)));
        } catch (FailedException tooLarge) {
            // The page then has the list of gradients alone.
        }
    }

    private void watch(Path file) throws IOException {
        watched.add(SavedFile.watch(file, events::add));
    }

    private CheckingProcess start() throws IOException {
        return CheckingProcess.start(shown.exercise().name(), shown.file(), limit, events::add);
    }

    private void handle(Event event) throws IOException {
        switch (event) {
            case Event.Saved(Path file) -> {
                if (file.equals(shown.file())) {
                    check();
                } else {
                    goOn();
                }
            }
            case Event.Gone(Path file) -> {
                if (file.equals(shown.file())) {
                    if (shown.checking()) {
                        drop();
                    }
                    problem(file + " is gone; it is checked again when it is back");
                }
            }
            case Event.Replied(CheckingProcess process, Reply reply) -> {
                if (process.equals(current)) {
                    answer(reply);
                }
            }
            case Event.Ended(CheckingProcess process, int code, String error) -> ended(process, code, error);
            case Event.Drawn(Exercise exercise, ExerciseSheet sheet) -> {
                if (exercise.name().equals(shown.exercise().name())) {
                    show(shown.withSheet(sheet));
                }
            }
            case Event.Wish wish -> {
                switch (wish) {
                    case HINT -> hint();
                    case NEXT -> goOn();
                    case END -> {}
                }
            }
        }
    }

    /** Checks the file as it is now; a check of what it was before is dropped. */
    private void check() throws IOException {
        if (shown.checking()) {
            drop();
        }
        show(shown.withChecking());
        current().check();
    }

    private CheckingProcess current() throws IOException {
        if (current == null) {
            current = start();
        }
        return current;
    }

    /** Ends the current process; the spare one takes its place. */
    private void drop() throws IOException {
        if (current != null) {
            current.close();
        }
        current = spare;
        spare = current == null ? null : start();
    }

    private void answer(Reply reply) throws IOException {
        switch (reply) {
            case Reply.Ready() -> {
                starting = false;
                if (spare == null) {
                    spare = start();
                }
            }
            case Reply.Marked(var marking, String printed) -> {
                int seen = marking.current().isEmpty()
                        ? 0
                        : new HintsFile(shown.file()).seen(shown.exercise(), marking.current());
                shown.path().note(shown.exercise(), shown.file(), marking);
                var next =
                        marking.solved() ? shown.path().after(shown.exercise()).orElse(null) : null;
                show(shown.withMarking(marking, printed, seen, next));
                terminal.accept(TerminalText.marked(shown));
                if (shown.isSolved()) {
                    solved();
                }
            }
            case Reply.Refused(String lines) -> problem(lines);
            case Reply.Failed(String line) -> {
                problem(line);
                drop();
            }
            case Reply.Running _ -> throw new IllegalStateException("no answer to a check: " + reply);
        }
    }

    /** Makes the file of the next exercise, and goes on when that is saved. */
    private void solved() throws IOException {
        var next = shown.next();
        if (next != null && watched.size() == 1) {
            var file = shown.nextFile(next);
            next.begin(file);
            watch(file);
        }
    }

    private void ended(CheckingProcess process, int code, String error) throws IOException {
        boolean first = starting;
        if (process.equals(current)) {
            if (first) {
                throw new FailedException("the JVM for the learner's code ended with exit code %d%s"
                        .formatted(code, error.isEmpty() ? "" : ": " + error));
            }
            boolean checked = shown.checking();
            drop();
            if (checked) {
                problem("%s: it ended the JVM with exit code %d, by Runtime.halt or the like; take that call out"
                        .formatted(shown.file(), code));
            }
        } else if (process.equals(spare)) {
            spare = null;
        }
    }

    private void problem(String lines) {
        show(shown.withProblem(lines));
        terminal.accept(TerminalText.problem(shown));
    }

    private void show(Shown next) {
        shown = next;
        board.show(next);
    }

    private void hint() {
        var all = shown.allHints();
        if (all.isEmpty()) {
            terminal.accept("There is no hint now.\n");
            return;
        }
        int next = new HintsFile(shown.file()).next(shown.exercise(), shown.current(), all.size());
        show(shown.withHints(Math.min(next + 1, all.size())));
        terminal.accept(
                next == all.size()
                        ? "No hints are left; ./handgrad exercise %s --solution prints the answer.\n"
                                .formatted(shown.exercise().name())
                        : TerminalText.hint(shown, next));
    }

    private void goOn() throws IOException {
        var next = shown.path().after(shown.exercise());
        if (next.isEmpty()) {
            terminal.accept("All others are solved.\n");
            return;
        }
        var file = shown.nextFile(next.get());
        next.get().begin(file);
        shown = Shown.begin(next.get(), file);
        begin();
    }

    private void end() throws IOException {
        for (var file : watched) {
            file.close();
        }
        watched.clear();
        if (current != null) {
            current.close();
            current = null;
        }
        if (spare != null) {
            spare.close();
            spare = null;
        }
    }

    @Override
    public void close() throws IOException {
        end();
    }
}
