package handgrad.app.command;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.JavaProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jline.utils.Signals;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisabledOnOs(OS.WINDOWS)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class StopSignalsTest {
    @BeforeAll
    static void assumeNoSignalIsIgnored() throws IOException {
        JavaProcess.assumeNoSignalIsIgnored();
    }

    private final List<Integer> halted = new ArrayList<>();
    private final BlockingQueue<String> notices = new LinkedBlockingQueue<>();
    private final StopSignals signals = new StopSignals(halted::add, notices::add, "the start");

    @Test
    void each_has_the_name_and_the_exit_code_that_a_shell_knows() {
        assertThat(StopSignal.values()).extracting(StopSignal::toString).containsExactly("SIGINT", "SIGTERM", "SIGHUP");
        assertThat(StopSignal.values()).extracting(StopSignal::exitCode).containsExactly(130, 143, 129);
    }

    @Test
    void the_first_is_kept_and_a_second_ends_the_process_by_its_own_code() {
        assertThat(signals.pending()).isEmpty();
        signals.receive(StopSignal.INT, 5);
        assertThat(signals.pending()).contains(StopSignal.INT);
        signals.receive(StopSignal.TERM, 6 + StopSignals.ECHO_NANOS);
        assertThat(halted).containsExactly(143);
        assertThat(signals.pending()).contains(StopSignal.INT);
    }

    @Test
    void the_echo_of_the_first_is_no_second() {
        signals.receive(StopSignal.TERM, -1);
        signals.receive(StopSignal.TERM, 0);
        signals.receive(StopSignal.INT, StopSignals.ECHO_NANOS - 1);
        assertThat(halted).isEmpty();
        signals.receive(StopSignal.INT, StopSignals.ECHO_NANOS);
        assertThat(halted).containsExactly(130);
    }

    @Test
    void a_terminal_that_closes_after_the_first_lets_it_end_in_order() {
        signals.receive(StopSignal.INT, 0);
        signals.receive(StopSignal.HUP, 10 * StopSignals.ECHO_NANOS);
        assertThat(halted).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"INT, a second one", "TERM, a second one", "HUP, SIGTERM"})
    void says_what_the_first_waits_for_and_what_ends_at_once(StopSignal signal, String other) throws Exception {
        signals.during("the evaluation");
        signals.receive(signal, 0);
        signals.receive(StopSignal.INT, 1);
        assertThat(notices.take())
                .isEqualTo("handgrad: %s is heard and waits for the end of the evaluation; %s ends at once"
                        .formatted(signal, other));
        assertThat(notices).isEmpty();
    }

    /** A handler of this JVM stands for what the signal did before. */
    @ParameterizedTest
    @EnumSource
    void catches_a_signal_until_it_is_closed(StopSignal signal) throws Exception {
        var former = new CountDownLatch(1);
        var own = ProcessHandle.current().pid();
        var before = Signals.register(signal.name(), former::countDown);
        try {
            try (var installed = StopSignals.install()) {
                JavaProcess.signal(signal.name(), own);
                while (installed.pending().isEmpty()) {
                    Thread.onSpinWait();
                }
                assertThat(installed.pending()).contains(signal);
                assertThat(former.getCount()).isEqualTo(1);
            }
            JavaProcess.signal(signal.name(), own);
            former.await();
        } finally {
            Signals.unregister(signal.name(), before);
        }
    }

    @ParameterizedTest
    @CsvSource({"INT, INT, 130", "TERM, TERM, 143", "HUP, INT, 130"})
    void a_second_signal_ends_a_process_that_does_not_ask(String first, String second, int code) throws Exception {
        var process = start("exec \"$@\"");
        try (var out = process.inputReader();
                var err = process.errorReader()) {
            assertThat(out.readLine()).isEqualTo("ready");
            JavaProcess.signal(first, process.pid());
            assertThat(out.readLine()).isEqualTo("SIG" + first);
            assertThat(err.lines().filter(line -> line.startsWith("handgrad")).findFirst())
                    .hasValueSatisfying(line -> assertThat(line)
                            .startsWith("handgrad: SIG" + first + " is heard and waits for the end of"));
            JavaProcess.signal(second, process.pid());
            assertThat(process.waitFor()).isEqualTo(code);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void nohup_keeps_its_signal_ignored() throws Exception {
        var process = start("trap '' HUP; exec \"$@\"");
        try (var out = process.inputReader()) {
            assertThat(out.readLine()).isEqualTo("ready");
            JavaProcess.signal("HUP", process.pid());
            JavaProcess.signal("INT", process.pid());
            assertThat(out.readLine()).isEqualTo("SIGINT");
        } finally {
            process.destroyForcibly();
        }
    }

    private static Process start(String script) throws Exception {
        var command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
        command.addAll(JavaProcess.command(List.of("-XX:TieredStopAtLevel=1"), NeverAsks.class));
        return new ProcessBuilder(command).start();
    }

    /** A command that says which signal came and goes on. */
    static final class NeverAsks {
        private NeverAsks() {}

        public static void main(String[] arguments) throws InterruptedException {
            var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
            try (var signals = StopSignals.install(err, "the sleep")) {
                System.out.println("ready");
                while (signals.pending().isEmpty()) {
                    Thread.sleep(1);
                }
                System.out.println(signals.pending().get());
                Thread.sleep(Long.MAX_VALUE);
            }
        }
    }
}
