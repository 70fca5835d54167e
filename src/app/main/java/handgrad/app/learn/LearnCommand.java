package handgrad.app.learn;

import handgrad.app.command.Checks;
import handgrad.app.command.ExitCode;
import handgrad.app.command.FailedException;
import handgrad.app.command.StopSignals;
import handgrad.app.command.TimeLimit;
import handgrad.app.command.WrongInputException;
import handgrad.app.exercise.Exercise;
import handgrad.app.exercise.ExercisePath;
import handgrad.app.program.RunCommand;
import handgrad.file.PrintableText;
import handgrad.page.Browser;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks an exercise each time its file is saved. */
@Command(
        name = "learn",
        description = {
            "Checks an exercise each time its file is saved, and shows what is right in the terminal and on a page.",
            "",
            "Without a name it takes the next exercise that is not solved. The file is made if there is none. It runs"
                    + " in a JVM of its own, with limits and with your rights."
        },
        sortOptions = false)
public final class LearnCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "NAME",
            description = "The exercise, such as 1; by default the next that is not solved.")
    private @Nullable String name;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "FILE.java",
            description = "The learner's file, if it is another.")
    private @Nullable Path file;

    @Option(
            names = "--folder",
            paramLabel = "FOLDER",
            defaultValue = "my-exercises",
            description = "Where the learner's files are, ${DEFAULT-VALUE} by default.")
    private Path folder;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "The port of the page on 127.0.0.1; any that is free by default.")
    private int port;

    @Option(names = "--no-page", description = "Show it in the terminal alone.")
    private boolean withoutPage;

    @Option(names = "--open", description = "Open the page in the browser.")
    private boolean open;

    @Option(
            names = "--time-limit",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "How long a pass or the training of the file may take, ${DEFAULT-VALUE} by default.")
    private int timeLimit;

    @Option(
            names = "--measure",
            paramLabel = "COUNT",
            hidden = true,
            description = "Save the file so many times, print how long the answers took, and end.")
    private int measure;

    @Spec
    private CommandSpec spec;

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

    @Override
    public Integer call() throws InterruptedException {
        var limit = TimeLimit.of(timeLimit);
        Checks.port("--port", port);
        if (withoutPage && open) {
            throw new WrongInputException("--open shows the page, and --no-page has none; leave one of them out");
        }
        try (var signals = StopSignals.install()) {
            var exercise = name == null ? unsolved() : Exercise.named(name);
            var own = file == null ? folder.resolve(exercise.fileName()) : file;
            exercise.begin(own);
            RunCommand.requireSource(own);
            teach(Shown.begin(exercise, own), limit, signals);
            return ExitCode.DONE;
        } catch (IOException exception) {
            throw new FailedException("learn: " + exception.getMessage());
        }
    }

    private void teach(Shown first, Duration limit, StopSignals signals) throws IOException, InterruptedException {
        try (var lesson = new Lesson(first, events, limit, !withoutPage, this::print);
                var page = withoutPage ? null : serve(lesson.board())) {
            if (page != null) {
                print("The page: " + page.address() + "\n");
                if (open && !Browser.open(page.address())) {
                    print("No browser could be started here; open " + page.address() + "\n");
                }
            }
            print(TerminalText.KEYS);
            Thread.ofPlatform().daemon().name("keys").start(this::readKeys);
            if (measure > 0) {
                var measurement = new SaveTimes(first, lesson.board(), measure);
                Thread.ofPlatform().daemon().name("measure").start(() -> {
                    print(measurement.run());
                    events.add(Event.Wish.END);
                });
            }
            lesson.run(signals);
        }
    }

    private LearnPage serve(Board board) throws IOException {
        try {
            return LearnPage.serve(port, board, events::add);
        } catch (BindException exception) {
            throw new WrongInputException("--port: port %d cannot be used (%s); name another, or 0 for any that is free"
                    .formatted(port, exception.getMessage()));
        }
    }

    private Exercise unsolved() {
        return new ExercisePath(folder)
                .first()
                .orElseThrow(() -> new WrongInputException(
                        "all exercises are solved; name the one to work on, as in ./handgrad learn 1"));
    }

    private void readKeys() {
        try {
            for (int key = System.in.read(); key >= 0; key = System.in.read()) {
                switch (key) {
                    case 'h' -> events.add(Event.Wish.HINT);
                    case 'n' -> events.add(Event.Wish.NEXT);
                    case 'q' -> events.add(Event.Wish.END);
                    default -> {}
                }
            }
        } catch (IOException closed) {
            // There is no keyboard; the page and the file remain.
        }
    }

    private synchronized void print(String lines) {
        spec.commandLine().getOut().print(PrintableText.lines(lines));
        spec.commandLine().getOut().flush();
    }
}
