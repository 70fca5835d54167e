package handgrad.examples;

/** The command line. */
public final class Main {
    private Main() {}

    /** Runs one command and exits with its code. */
    public static void main(String[] arguments) {
        System.out.println("handgrad " + handgrad.tensor.DType.FLOAT32);
    }
}
