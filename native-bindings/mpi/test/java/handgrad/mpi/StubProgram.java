package handgrad.mpi;

import java.nio.file.Path;

/** Opens a library and prints which, or why not, in a process of its own, for what stays in a process. */
final class StubProgram {
    private StubProgram() {}

    static void main(String[] arguments) {
        try {
            IO.println(Mpi.open(Configurations.named(Path.of(arguments[0]))).library());
        } catch (MpiException refusal) {
            IO.println(refusal.getMessage());
        }
    }
}
