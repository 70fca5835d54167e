package handgrad.mpi;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;

/** Lets rank 1 fail in the way that its argument names, while the others wait for it. */
final class FailingProgram {
    private FailingProgram() {}

    static void main(String[] arguments) throws Throwable {
        boolean fails = Launcher.current().orElseThrow().rank() == 1;
        String way = arguments[0];
        if (fails && way.equals("before it is open")) {
            Mpi.abort(3);
        }
        var ranks = Mpi.open();
        if (fails) {
            switch (way) {
                case "when it is open" -> Mpi.abort(3);
                case "in another thread" -> {
                    Thread.ofPlatform().start(() -> Mpi.abort(3));
                    Thread.sleep(10_000);
                }
                case "without a word" -> Runtime.getRuntime().halt(3);
                case "killed" -> kill();
                default -> throw new IllegalArgumentException(way);
            }
        }
        ranks.barrier();
        ranks.close();
    }

    /** By SIGKILL, as the system does where memory is short. */
    private static void kill() throws Throwable {
        var linker = Linker.nativeLinker();
        var kill = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("kill"), FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
        int _ = (int) kill.invokeExact((int) ProcessHandle.current().pid(), 9);
    }
}
