package handgrad.app.hash;

import handgrad.tensor.Backend;
import java.util.Arrays;

/**
 * A JVM that trains models under one setting. It says what it has in a line {@code 512 true}, the width of its vectors
 * and whether it has fused multiply-add, and then of each model in a line its name and hash. Where the width is not the
 * one that was asked for, no model follows.
 */
final class HashMain {
    private HashMain() {}

    /**
     * Trains.
     *
     * @param arguments the width that is asked for, negative for any, threads, steps, and the names of models
     */
    static void main(String[] arguments) {
        int bits = Integer.parseInt(arguments[0]);
        Backend.setThreads(Integer.parseInt(arguments[1]));
        int steps = Integer.parseInt(arguments[2]);
        var environment = Backend.environment();
        IO.println(environment.vectorBits() + " " + environment.fma());
        if (bits >= 0 && bits != environment.vectorBits()) {
            return;
        }
        Arrays.stream(arguments, 3, arguments.length).map(HashedModel::named).forEach(model -> {
            IO.println(model.title() + " " + model.hash(steps));
            System.out.flush();
        });
    }
}
