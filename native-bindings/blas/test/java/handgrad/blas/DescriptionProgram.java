package handgrad.blas;

/** Prints which library a process uses. */
final class DescriptionProgram {
    private DescriptionProgram() {}

    static void main() {
        IO.println(OpenBlas.description());
    }
}
