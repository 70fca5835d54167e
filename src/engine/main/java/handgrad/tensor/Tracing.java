package handgrad.tensor;

import java.util.ArrayList;
import java.util.List;

/** Where operations tell the tracer of their thread, if there is one. */
final class Tracing {
    static final ScopedValue<Tracer> TRACER = ScopedValue.newInstance();

    private Tracing() {}

    /** Whether this thread is traced. Layers ask before they tell, so that a step of training allocates nothing. */
    static boolean isOn() {
        return TRACER.isBound();
    }

    /** Tells of an operation, and returns its output. */
    static Tensor tell(Op op, Tensor output, Tensor... inputs) {
        return tell(op, new double[0], output, inputs);
    }

    /** Tells of an operation with numbers among its arguments, and returns its output. */
    static Tensor tell(Op op, double[] arguments, Tensor output, Tensor... inputs) {
        Origin.derive(output, inputs);
        if (isOn()) {
            var numbers = new ArrayList<Double>();
            for (double argument : arguments) {
                numbers.add(argument);
            }
            TRACER.get().operation(op, List.copyOf(numbers), List.of(inputs), output);
        }
        return output;
    }
}
