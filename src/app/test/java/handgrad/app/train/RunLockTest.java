package handgrad.app.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.app.JavaProcess;
import handgrad.app.command.WrongInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLockTest {
    private static final String IN_USE =
            "in use by (process [0-9]+ on \\S+|another process); wait for it, or name" + " another folder";

    @TempDir
    private Path temporary;

    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void endProcesses() {
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void one_run_at_a_time_has_a_folder() throws Exception {
        var folder = temporary.resolve("runs/a");
        long pid = ProcessHandle.current().pid();
        try (var lock = RunLock.take(folder)) {
            assertThat(folder.resolve(".lock")).content().matches(pid + " \\S+\n");
            assertThatThrownBy(() -> RunLock.take(folder))
                    .isInstanceOf(WrongInputException.class)
                    .hasMessageMatching("--out: \\Q" + folder + "\\E is in use by process " + pid
                            + " on \\S+; wait for it, or name another folder");
            lock.renew();
            try (var _ = RunLock.take(temporary.resolve("runs/b"))) {
                assertThat(folder.resolveSibling("b/.lock")).exists();
            }
        }
        RunLock.take("--resume", folder).close();
        assertThat(folder.resolve(".lock")).exists();
    }

    @Test
    void what_died_half_written_is_removed_and_nothing_else() throws Exception {
        Files.writeString(temporary.resolve(".model.safetensors." + UUID.randomUUID() + ".tmp"), "half");
        Files.writeString(temporary.resolve("notes.tmp"), "");
        RunLock.take(temporary).close();
        try (var files = Files.list(temporary)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(".lock", "notes.tmp");
        }
    }

    @Test
    void another_name_of_a_folder_is_no_way_round() throws Exception {
        var folder = Files.createDirectory(temporary.resolve("a"));
        var link = Files.createSymbolicLink(temporary.resolve("link"), folder);
        try (var _ = RunLock.take(folder)) {
            assertThatThrownBy(() -> RunLock.take("--resume", link))
                    .isInstanceOf(WrongInputException.class)
                    .hasMessageStartingWith("--resume: " + link + " is in use by process ");
        }
    }

    /** A thread that loses must not end the lock of the process, as closing the file would. */
    @Test
    void of_many_threads_one_wins_and_no_process_after() throws Exception {
        var folder = temporary.resolve("a");
        int count = 16;
        var barrier = new CyclicBarrier(count);
        Callable<String> attempt = () -> {
            barrier.await();
            return attempt(folder);
        };
        try (var threads = Executors.newFixedThreadPool(count)) {
            var outcomes = new ArrayList<String>();
            for (var future : threads.invokeAll(Collections.nCopies(count, attempt))) {
                outcomes.add(future.get());
            }
            assertThat(outcomes).containsOnlyOnce("won");
            assertThat(outcomes.stream().filter(outcome -> !outcome.equals("won")))
                    .allMatch(message -> message.matches("--out: .* is " + IN_USE));
        }
        assertThat(answer(start(folder)))
                .matches("--out: .* is in use by process "
                        + ProcessHandle.current().pid() + " on .*");
    }

    @Test
    void of_many_processes_one_wins_and_when_it_is_killed_the_next_does() throws Exception {
        var folder = temporary.resolve("a");
        for (int i = 0; i < 4; i++) {
            start(folder);
        }
        for (var process : processes) {
            assertThat(process.inputReader().readLine()).isEqualTo("ready");
        }
        var answers = new ArrayList<String>();
        for (var process : processes) {
            process.outputWriter().write("\n");
            process.outputWriter().flush();
        }
        for (var process : processes) {
            answers.add(process.inputReader().readLine());
        }
        assertThat(answers).containsOnlyOnce("won");
        assertThat(answers.stream().filter(answer -> !answer.equals("won")))
                .allMatch(message -> message.matches("--out: .* is " + IN_USE));

        var winner = processes.get(answers.indexOf("won"));
        assertThatThrownBy(() -> RunLock.take(folder))
                .isInstanceOf(WrongInputException.class)
                .hasMessageContaining(" is in use by process " + winner.pid() + " on ");
        winner.destroyForcibly().waitFor();
        RunLock.take(folder).close();
    }

    @Test
    void a_folder_that_was_removed_is_made_and_locked_again() throws Exception {
        var folder = temporary.resolve("a");
        try (var lock = RunLock.take(folder)) {
            remove(folder);
            lock.renew();
            assertThat(answer(start(folder))).matches("--out: .* is " + IN_USE);
            remove(folder);
            assertThat(answer(start(folder))).isEqualTo("won");
            assertThatThrownBy(lock::renew)
                    .isInstanceOf(WrongInputException.class)
                    .hasMessageMatching("--out: .* is " + IN_USE);
        }
    }

    @Test
    void who_cannot_be_read_is_another_process() throws Exception {
        var folder = temporary.resolve("a");
        var process = start(folder);
        assertThat(answer(process)).isEqualTo("won");
        for (var content : List.of("", "x", "12", "99999999999 " + host(folder) + "\n")) {
            Files.writeString(folder.resolve(".lock"), content);
            assertThatThrownBy(() -> RunLock.take(folder))
                    .isInstanceOf(WrongInputException.class)
                    .hasMessage(
                            "--out: " + folder + " is in use by another process; wait for it, or name another folder");
        }
        Files.writeString(folder.resolve(".lock"), "99999999999 elsewhere\n");
        assertThatThrownBy(() -> RunLock.take(folder))
                .isInstanceOf(WrongInputException.class)
                .hasMessage("--out: " + folder
                        + " is in use by process 99999999999 on elsewhere; wait for it, or name another folder");
    }

    private static String host(Path folder) throws IOException {
        return Files.readString(folder.resolve(".lock")).strip().split(" ", -1)[1];
    }

    @Test
    void says_what_it_cannot_write() throws Exception {
        var file = Files.writeString(temporary.resolve("file"), "");
        assertThatThrownBy(() -> RunLock.take(file))
                .isInstanceOf(WrongInputException.class)
                .hasMessage("--out: cannot write to " + file + ": " + file + " is a file");
        Files.createDirectories(temporary.resolve("a/.lock"));
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> RunLock.take(temporary.resolve("a")))
                    .isInstanceOf(WrongInputException.class)
                    .hasMessage("--out: cannot write to " + temporary.resolve("a") + ": Is a directory");
        }
    }

    @Test
    void a_file_system_without_locks_is_refused() {
        assertThatThrownBy(() -> RunLock.isLocked("--out", Path.of("a"), new Unlockable()))
                .isInstanceOf(WrongInputException.class)
                .hasMessage("--out: a cannot be locked (No locks available), so two runs could write to it at once;"
                        + " name a folder on another file system");
    }

    private static void remove(Path folder) throws IOException {
        Files.delete(folder.resolve(".lock"));
        Files.delete(folder);
    }

    private static String attempt(Path folder) {
        try {
            RunLock.take(folder);
            return "won";
        } catch (WrongInputException exception) {
            return String.valueOf(exception.getMessage());
        }
    }

    private Process start(Path folder) throws IOException {
        var command = JavaProcess.command(List.of("-XX:TieredStopAtLevel=1"), Attempt.class, folder.toString());
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        processes.add(process);
        return process;
    }

    private static String answer(Process process) throws IOException {
        assertThat(process.inputReader().readLine()).isEqualTo("ready");
        process.outputWriter().write("\n");
        process.outputWriter().flush();
        return process.inputReader().readLine();
    }

    /** Tries to lock a folder when it is told to, says how that went, and keeps the lock until its input ends. */
    static final class Attempt {
        private Attempt() {}

        public static void main(String[] arguments) throws IOException {
            System.out.println("ready");
            System.in.read();
            System.out.println(attempt(Path.of(arguments[0])));
            while (System.in.read() >= 0) {
                // Until the test ends.
            }
        }
    }
}
