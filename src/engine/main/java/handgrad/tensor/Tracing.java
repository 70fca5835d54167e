package handgrad.tensor;

import java.util.ArrayList;
import java.util.List;

/** Where operations tell the tracer of their thread, if there is one. */
final class Tracing {
    static final ScopedValue<Tracer> TRACER = ScopedValue.newInstance();

    private Tracing() {}

    /**
     * Whether this thread is traced. Operations into tensors of the caller ask before they {@link #record}, so that a
     * step of training allocates nothing.
     */
    static boolean isOn() {
        return TRACER.isBound();
    }

    /** Tells of an operation that made a tensor, and returns it; it has an origin of its inputs from now on. */
    static Tensor tell(Op op, Tensor output, Tensor... inputs) {
        return tell(op, new double[0], output, inputs);
    }

    /** The same of an operation with numbers among its arguments. */
    static Tensor tell(Op op, double[] arguments, Tensor output, Tensor... inputs) {
        Origin.derive(op, output, inputs);
        if (isOn()) {
            record(op, arguments, output, inputs);
        }
        return output;
    }

    /** The same of one input, and nothing is allocated where this thread is not traced. */
    static Tensor tell(Op op, Tensor output, Tensor input) {
        Origin.derive(output, input);
        if (isOn()) {
            record(op, output, input);
        }
        return output;
    }

    /** The same of two. */
    static Tensor tell(Op op, Tensor output, Tensor a, Tensor b) {
        Origin.derive(op, output, a, b);
        if (isOn()) {
            record(op, output, a, b);
        }
        return output;
    }

    /** Tells the tracer of an operation into a tensor of the caller, whose origin is the caller's to mark. */
    static void record(Op op, Tensor output, Tensor... inputs) {
        record(op, new double[0], output, inputs);
    }

    /** The same of an operation with numbers among its arguments. */
    static void record(Op op, double[] arguments, Tensor output, Tensor... inputs) {
        var numbers = new ArrayList<Double>();
        for (double argument : arguments) {
            numbers.add(argument);
        }
        TRACER.get().operation(op, List.copyOf(numbers), List.of(inputs), output);
    }
}
