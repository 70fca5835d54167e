package handgrad.app.learn;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.command.StopSignals;
import handgrad.app.exercise.Exercise;
import handgrad.app.exercise.ExercisePath;
import handgrad.app.exercise.Marker;
import handgrad.app.exercise.Marking.State;
import handgrad.testing.Chromium;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** A whole lesson, with its processes. */
class LessonTest {
    private static final Exercise EXERCISE = Exercise.named("5");
    private static final String BACKWARD = "void backward() {";
    private static final long WAIT_MILLIS = 120_000;

    /** The tag of a test in which the learner's code may run for a second only. */
    private static final String IMPATIENT = "impatient";

    @TempDir
    private Path folder;

    private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final Queue<String> terminal = new ConcurrentLinkedQueue<>();
    private Path file;
    private Lesson lesson;
    private Thread thread;

    @BeforeEach
    void begin(TestInfo test) throws IOException {
        var limit = test.getTags().contains(IMPATIENT) ? Duration.ofSeconds(1) : Duration.ofMillis(WAIT_MILLIS);
        file = folder.resolve("Exercise5.java");
        EXERCISE.begin(file);
        lesson = new Lesson(Shown.begin(EXERCISE, file), events, limit, true, terminal::add);
        thread = Thread.ofPlatform().start(() -> {
            try (var signals = StopSignals.install()) {
                lesson.run(signals);
            } catch (IOException | InterruptedException exception) {
                terminal.add(exception.toString());
            }
        });
    }

    @AfterEach
    void end() throws IOException, InterruptedException {
        events.add(Event.Wish.END);
        thread.join();
        lesson.close();
    }

    /** What is shown once it is as wanted. */
    private Shown await(Predicate<Shown> wanted) throws InterruptedException {
        var now = lesson.board().now();
        long end = System.nanoTime() + Duration.ofMillis(WAIT_MILLIS).toNanos();
        while (!wanted.test(now.shown()) && System.nanoTime() < end) {
            now = lesson.board().after(now.version(), WAIT_MILLIS);
        }
        assertThat(now.shown()).as(terminal.toString()).matches(wanted);
        return now.shown();
    }

    private void save(String source) throws IOException {
        Files.writeString(file, source);
    }

    private static Predicate<Shown> right(int count) {
        return shown -> shown.problem().isEmpty()
                && shown.marking() != null
                && shown.marking().count(State.RIGHT) == count;
    }

    /** Waits until it is printed: what is shown comes first on the page. */
    private void awaitPrinted(String words) throws InterruptedException {
        long end = System.currentTimeMillis() + WAIT_MILLIS;
        while (!String.join("", terminal).contains(words) && System.currentTimeMillis() < end) {
            Thread.sleep(10);
        }
        assertThat(String.join("", terminal)).contains(words);
    }

    private static Predicate<Shown> problem(String words) {
        return shown -> !shown.checking() && shown.problem().contains(words);
    }

    @Test
    @Tag(IMPATIENT)
    void goes_on_whatever_the_code_does() throws Exception {
        await(right(0));
        save("import module handgrad;\nvoid backward() { int x = }\n");
        await(problem("Exercise5.java:2: error: illegal start of expression"));
        awaitPrinted("Exercise5.java:2: error: illegal start of expression");

        save(EXERCISE.solution().replace(BACKWARD, BACKWARD + " while (a != null) {}"));
        await(problem("still running after 1 s, in backward; look for a loop or a wait without end"));
        save(EXERCISE.skeleton().replace("dv = null;", "dv = v.mul(2);"));
        await(right(1));

        save(EXERCISE.solution().replace(BACKWARD, BACKWARD + " Runtime.getRuntime().halt(3);"));
        await(problem("it ended the JVM with exit code 3, by Runtime.halt or the like; take that call out"));
        save(EXERCISE.solution().replace(BACKWARD, BACKWARD + " System.exit(0);"));
        await(problem("calls System.exit"));
        Files.delete(file);
        await(problem("Exercise5.java is gone; it is checked again when it is back"));

        save(EXERCISE.solution());
        var solved = Objects.requireNonNull(await(Shown::isSolved).marking());
        assertThat(solved.count(State.RIGHT)).isEqualTo(8);
        var next = new ExercisePath(folder).after(EXERCISE).orElseThrow();
        events.add(Event.Wish.NEXT);
        await(shown -> shown.exercise().equals(next) && shown.marking() != null);
        assertThat(folder.resolve(next.fileName()))
                .content()
                .startsWith(next.skeleton().substring(0, 40));
        awaitPrinted("Solved. ");
        awaitPrinted("Next: " + next.heading() + ". Save ");
    }

    @Test
    void a_save_during_a_check_starts_another() throws Exception {
        await(right(0));
        var endless = EXERCISE.solution().replace(BACKWARD, BACKWARD + " while (a != null) {}");
        save(endless);
        await(Shown::checking);
        save(EXERCISE.solution());
        await(Shown::isSolved);
        assertThat(String.join("", terminal)).doesNotContain("still running");
    }

    @Test
    void the_page_turns_green_and_gives_hints() throws Exception {
        try (var page = LearnPage.serve(0, lesson.board(), events::add);
                var chromium = Chromium.start(folder.resolve("browser"))) {
            chromium.emulate(1400, false);
            chromium.open(page.address());
            chromium.await("return document.querySelectorAll('#sheet g.gradient.blank').length > 0"
                    + " && !document.getElementById('status').textContent.startsWith('checking')");
            assertThat(chromium.run("return document.getElementById('status').textContent"))
                    .isEqualTo(file + ": 0 of 8 right, 8 blank");

            chromium.click("#hint");
            chromium.await("return document.querySelectorAll('#hints li').length === 1");
            assertThat(chromium.run("return document.querySelector('#hints li').textContent"))
                    .isEqualTo(EXERCISE.steps().getFirst().hints().getFirst());

            save(EXERCISE.skeleton()
                    .replace("dv = null;", "dv = v.mul(2);")
                    .replace("du = null;", "du = dv.neg().mul(3);"));
            chromium.await("return document.querySelectorAll('#marks .right').length === 1");
            assertThat(chromium.run("return document.querySelector('#sheet g.gradient[data-of=v]')"
                            + ".classList.contains('right')"))
                    .isEqualTo(true);
            assertThat(chromium.run("return document.querySelector('#sheet g.gradient[data-of=u]')"
                            + ".classList.contains('wrong')"))
                    .isEqualTo(true);
            assertThat(String.valueOf(chromium.run("return document.getElementById('findings').textContent")))
                    .startsWith("du (line ")
                    .contains(") is wrong: ");
            chromium.click("#marks [data-tensor=u]");
            chromium.await("return document.querySelectorAll('#gradient td.wrong').length === 1");
            chromium.click("#derived summary");
            chromium.await("return document.getElementById('derivation').textContent.includes('yours, wrong')");
            assertThat(String.valueOf(chromium.run("return document.getElementById('derivation').textContent")))
                    .startsWith("du ()\n   v = u + t\n   one element: du = dv\n");
            shoot(chromium, "learn");
            assertThat(chromium.console()).isEmpty();
        }
    }

    @Test
    void a_fault_is_the_learners_to_find() throws Exception {
        var fault = Exercise.named("fault-3");
        var source = folder.resolve(fault.fileName());
        fault.begin(source);
        var marker = new Marker(fault);
        var marking = marker.mark(source);
        assertThat(marking.count(State.UNTOLD)).isEqualTo(7);
        assertThat(marking.findings())
                .isEqualTo("Not all gradients are those of the loss: one line of backward is wrong.\nFind it in "
                        + source + ".");
        assertThat(marking.hints()).hasSize(6).first().isEqualTo("it is in the first half, one of db2, dW2, dh, dhpre");
        var shown = Shown.begin(fault, source).withMarking(marking, "", 1, null);
        assertThat(TerminalText.marked(shown)).isEqualTo("""

            Not all gradients are those of the loss: one line of backward is wrong.
            Find it in %s.

            hint 1 of 6: it is in the first half, one of db2, dW2, dh, dhpre
            """.formatted(source));
        assertThat(LearnJson.state(new Board.Posted(1, shown)))
                .contains("\"current\":\"\"", "\"state\":\"untold\"")
                .doesNotContain("\"state\":\"wrong\"");

        Files.writeString(source, fault.solution().replace("faulty = \"dh\"", "faulty = \"\""));
        var mended = marker.mark(source);
        assertThat(mended.count(State.RIGHT)).isEqualTo(7);
        assertThat(mended.solved()).isFalse();
        assertThat(mended.findings())
                .isEqualTo("All 7 gradients are right. Which of them was wrong?\nWrite it in " + source
                        + " as final String faulty = \"dNAME\".");
        Files.writeString(source, fault.solution());
        assertThat(marker.mark(source).solved()).isTrue();
    }

    /** Keeps pictures where {@code -Dhandgrad.pictures} names a folder, for eyes. */
    private static void shoot(Chromium chromium, String name) throws IOException {
        var pictures = Optional.ofNullable(System.getProperty("handgrad.pictures"));
        if (pictures.isPresent()) {
            for (int width : new int[] {1400, 390}) {
                for (boolean dark : new boolean[] {false, true}) {
                    chromium.emulate(width, dark);
                    Files.write(Path.of(pictures.get(), name + width + (dark ? "dark" : "") + ".png"), chromium.png());
                }
            }
        }
    }
}
