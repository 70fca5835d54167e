package handgrad.app.exercise;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.CommandResult;
import handgrad.app.exercise.ClassMark.CauseOfError;
import handgrad.app.train.RunFolder;
import handgrad.testing.Chromium;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassMarkingTest {
    private static final Exercise BASICS = Exercise.named("5");

    @TempDir
    private Path folder;

    private CommandResult mark() {
        return CommandResult.of("exercise", "--all", "--json", folder.toString(), "--time-limit", "5");
    }

    private Path write(String name, String source) throws IOException {
        var file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, source);
    }

    @Test
    void marks_each_file_and_goes_on_where_one_cannot_be_marked() throws IOException {
        var right = write("ada/my-exercises/Exercise5.java", BASICS.solution());
        write("bob-Exercise5.java", BASICS.solution().replace("db = a.mul(dp)", "db = b.mul(dp)"));
        var waits = "while (dv != null) try { Thread.sleep(1_000); } catch (InterruptedException e) {}";
        var endless = write("eve/Exercise5.java", BASICS.solution().replace("du = dv;", waits));
        var unknown = write("eve/Exercise99.java", "");
        var broken = write("kim-Exercise5.java", "class {");
        var link = Files.createSymbolicLink(folder.resolve("eve/Rung1.java"), right);
        write("eve/notes.txt", "no submission");
        Files.createDirectories(folder.resolve("zoe/Exercise5.java"));
        var result = mark();
        assertThat(result.code()).isZero();
        assertThat(unknown).exists();
        var lines = result.out().lines().toList();
        assertThat(lines).hasSize(7);
        assertThat(lines.get(0))
                .isEqualTo("{\"student\":\"ada\",\"exercise\":\"5\",\"right\":8,\"total\":8,\"points\":100,"
                        + "\"causes\":[]}");
        assertThat(lines.get(1))
                .startsWith("{\"student\":\"bob\",\"exercise\":\"5\",\"right\":7,\"total\":8,\"points\":87,\"causes\":["
                        + "{\"gradient\":\"db\",\"line\":56,\"cause\":\"");
        assertThat(lines.get(2))
                .startsWith(
                        "{\"student\":\"eve\",\"exercise\":\"5\",\"right\":0,\"total\":8,\"points\":0,\"causes\":[],"
                                + "\"error\":\"" + endless + ":40: still running after 5 s, in backward; ");
        assertThat(lines.get(3)).contains("\"error\":\"there is no exercise 99; ");
        assertThat(lines.get(4))
                .contains(
                        "\"exercise\":\"rung-1\"",
                        "\"error\":\"" + link + " is a symbolic link, which is not followed\"");
        assertThat(lines.get(5)).contains("\"student\":\"kim\"", "\"error\":\"" + broken + ":1: error: ");
        assertThat(lines.get(6)).contains("\"error\":\"" + folder.resolve("zoe/Exercise5.java") + " is no file\"");
    }

    @Test
    void a_folder_that_cannot_be_read_is_a_submission_with_its_error() throws IOException {
        write("ada/Exercise5.java", "");
        var closed = Files.createDirectory(folder.resolve("bob"));
        var submissions = Submission.in(folder, each -> {
            if (each.equals(closed)) {
                throw new AccessDeniedException(each.toString());
            }
            try (var entries = Files.list(each)) {
                return entries.sorted().toList();
            }
        });
        var error = closed + " cannot be read: " + RunFolder.reason(new AccessDeniedException(closed.toString()));
        assertThat(submissions)
                .containsExactly(
                        new Submission("ada", "5", folder.resolve("ada/Exercise5.java"), ""),
                        new Submission("bob", "", closed, error));
    }

    /** Read back in a browser: as a table, with what a cell holds, and with what students wrote as text alone. */
    @Test
    void a_page_has_students_down_and_exercises_across() throws Exception {
        var cause = new CauseOfError("db", 56, "it was multiplied by <b>");
        var other = new CauseOfError("dq", 0, "the sign is wrong");
        var page = folder.resolve("class.html");
        Files.writeString(
                page,
                new ClassPage(List.of(
                                new ClassMark("ada", "5", 8, 8, 100, List.of(), ""),
                                new ClassMark("bob", "5", 6, 8, 75, List.of(cause, other), ""),
                                new ClassMark("eve <i>", "5", 7, 8, 87, List.of(cause), ""),
                                new ClassMark("eve <i>", "rung-1", 0, 1, 0, List.of(), "line 5 stops it"),
                                new ClassMark("kim", "", 0, 0, 0, List.of(), "kim cannot be read")))
                        .html());
        try (var chromium = Chromium.start(folder.resolve("browser"))) {
            chromium.emulate(1400, false);
            chromium.open(page.toUri());
            assertThat(texts(chromium, "#status")).containsExactly("4 students, 5 files, 1 solved");
            assertThat(texts(chromium, ".causes summary"))
                    .containsExactly(
                            "2 exercise 5, db: it was multiplied by <b>", "1 exercise 5, dq: the sign is wrong");
            assertThat(texts(chromium, ".causes p")).containsExactly("bob, eve <i>", "bob");
            assertThat(texts(chromium, "thead th")).containsExactly("student", "points", "rung-1", "5");
            assertThat(texts(chromium, "tbody th")).containsExactly("ada", "bob", "eve <i>", "kimkim cannot be read");
            assertThat(texts(chromium, "tbody tr:nth-child(1) td")).containsExactly("100", "–", "✓ 100");
            assertThat(texts(chromium, "tbody tr:nth-child(2) td"))
                    .containsExactly(
                            "75", "–", "756 of 8 rightdb (line 56) it was multiplied by <b>dq the sign is wrong");
            assertThat(texts(chromium, "tbody tr:nth-child(3) td"))
                    .containsExactly(
                            "87",
                            "0 !0 of 1 rightline 5 stops it",
                            "877 of 8 rightdb (line 56) it was multiplied by <b>");
            chromium.click("tbody tr:nth-child(2) td:last-child summary");
            assertThat(chromium.run("return document.querySelectorAll('details[open]').length"))
                    .isEqualTo(1L);
            for (int width : new int[] {1400, 390}) {
                for (boolean dark : new boolean[] {false, true}) {
                    chromium.emulate(width, dark);
                    assertThat(chromium.run("return document.documentElement.scrollWidth <= innerWidth"))
                            .as("the page fits, at %d", width)
                            .isEqualTo(true);
                    var pictures = System.getProperty("handgrad.pictures");
                    if (pictures != null) {
                        Files.write(Path.of(pictures, "class" + width + (dark ? "dark" : "") + ".png"), chromium.png());
                    }
                }
            }
            assertThat(chromium.console()).isEmpty();
        }
    }

    private static List<String> texts(Chromium chromium, String selector) {
        var found = chromium.run("return [...document.querySelectorAll('" + selector + "')].map(e => e.textContent)");
        return ((List<?>) Objects.requireNonNull(found))
                .stream().map(String::valueOf).toList();
    }

    @Test
    void the_page_is_written_beside_a_line_for_each_file() throws IOException {
        write("ada/Rung2.java", Exercise.named("rung-2").solution());
        var page = folder.resolve("class.html");
        assertThat(CommandResult.of("exercise", "--all", folder.toString(), "-o", page.toString()))
                .isEqualTo(new CommandResult(0, "ada, exercise rung-2: 1 of 1 right, 100 points\n", ""));
        assertThat(page).content().contains("<title>The class: 1 student, 1 file, 1 solved</title>");
        var nowhere = folder.resolve("none/class.html");
        assertThat(CommandResult.of("exercise", "--all", folder.toString(), "-o", nowhere.toString()))
                .isEqualTo(new CommandResult(
                        1, "", "handgrad: " + nowhere + " cannot be written: nothing can be made there\n"));
        assertThat(CommandResult.of("exercise", "1", "-o", page.toString()))
                .isEqualTo(new CommandResult(
                        2, "", "handgrad: -o writes the marks of a class; it goes with --all FOLDER\n"));
    }

    @Test
    void refuses_a_folder_without_submissions() throws IOException {
        write("ada/notes.txt", "");
        assertThat(mark())
                .isEqualTo(new CommandResult(
                        2,
                        "",
                        "handgrad: " + folder + " has no submission; they are STUDENT/Exercise1.java or"
                                + " STUDENT-Exercise1.java, Rung1.java and Fault1.java\n"));
        assertThat(CommandResult.of("exercise", "--all"))
                .isEqualTo(new CommandResult(
                        2,
                        "",
                        "handgrad: name the folder to mark and what to write, as in ./handgrad exercise --all --json"
                                + " FOLDER or ./handgrad exercise --all FOLDER -o class.html\n"));
    }
}
