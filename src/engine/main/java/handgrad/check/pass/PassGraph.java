package handgrad.check.pass;

import handgrad.check.backward.Recorded;
import handgrad.tensor.Op;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import handgrad.tensor.Tracer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The graph of a forward pass: every value that the loss is computed from, and the operation that made it.
 *
 * <p>It is read from a run: {@link Tracer} tells of each operation, {@link NamedPass.Names} of each name. A tensor that
 * is written twice, as the buffers of layers and the target of an operation in place, is a new value each time.
 */
public final class PassGraph {
    /** What a pass may run: more operations than a picture can hold, and few enough to keep in memory. */
    private static final int MOST_OPERATIONS = 20_000;

    private final Value loss;
    private final List<Value> values;

    private PassGraph(Value loss) {
        this.loss = loss;
        var found = Collections.<Value>newSetFromMap(new IdentityHashMap<>());
        collect(loss, found);
        this.values =
                found.stream().sorted(Comparator.comparingInt(Value::number)).toList();
    }

    private static void collect(Value value, Set<Value> found) {
        var open = new ArrayList<>(List.of(value));
        while (!open.isEmpty()) {
            var next = open.removeLast();
            if (found.add(next)) {
                open.addAll(next.inputs);
            }
        }
    }

    /**
     * Runs a pass and reads its graph.
     *
     * @throws IllegalArgumentException if a name comes twice, or no operation of tensors has made the loss
     * @throws IllegalStateException if the pass runs more than 20,000 operations
     */
    public static PassGraph of(NamedPass.Pass pass) {
        return of(pass, new Reader(false));
    }

    /**
     * The values of a pass as the search for a mistake reads them, the loss last. What reads a tensor past its name is
     * not moved with it, so it reads another value.
     */
    public static List<Recorded> recorded(NamedPass.Pass pass, Function<Tensor, @Nullable String> labels) {
        var reader = new Reader(false);
        return of(names -> pass.run((name, tensor) -> names.name(name, reader.apart(tensor))), reader)
                .recorded(labels);
    }

    /**
     * The values of a function as the search for a mistake reads them, its output last, which is named Out unless it
     * has a name. Of a number that a program took out of a tensor of one element, the output is that tensor.
     *
     * @return none if no operation of tensors has made the output, or more than 20,000 have
     */
    public static List<Recorded> ofFunction(NamedPass.Pass function) {
        var reader = new Reader(false);
        try {
            var output = reader.made(Tracer.call(reader, () -> function.run(reader::name)));
            return output == null ? List.of() : reader.graph(output, "Out").recorded(_ -> null);
        } catch (TooLongException tooLong) {
            return List.of();
        }
    }

    private static PassGraph of(NamedPass.Pass pass, Reader reader) {
        var result = Tracer.call(reader, () -> pass.run(reader::name));
        return reader.graph(result, "loss");
    }

    /**
     * Runs a program, such as the main method of a training, until it has computed its first loss by a layer, and
     * reads the graph of that loss.
     *
     * @param program what to run; it may name tensors
     * @throws IllegalArgumentException if the program ends without a {@link handgrad.nn.CrossEntropyLoss} or
     *     {@link handgrad.nn.MseLoss}
     * @throws IllegalStateException if it runs more than 20,000 operations before
     */
    public static PassGraph untilLoss(Consumer<NamedPass.Names> program) {
        var reader = new Reader(true);
        try {
            Tracer.call(reader, () -> {
                program.accept(reader::name);
                return reader;
            });
        } catch (LossReached reached) {
            return reader.graph(reached.loss, "loss");
        }
        throw new IllegalArgumentException("the program ends without a loss; CrossEntropyLoss gives one");
    }

    /** The loss. */
    public Value loss() {
        return loss;
    }

    /** Every value that the loss is computed from and the loss itself, in the order of the pass. */
    public List<Value> values() {
        return values;
    }

    private List<Recorded> recorded(Function<Tensor, @Nullable String> labels) {
        var recorded = new IdentityHashMap<Value, Recorded>();
        for (var value : values) {
            var inputs = value.inputs.stream().map(recorded::get).toList();
            recorded.put(
                    value,
                    new Recorded(
                            value.name,
                            labels.apply(value.tensor),
                            value.content,
                            value.operation,
                            value.arguments,
                            inputs));
        }
        return values.stream().map(recorded::get).toList();
    }

    /** A tensor at one time of the pass. */
    public static final class Value {
        private final int number;
        private final Tensor tensor;
        private final Tensor content;
        private final @Nullable Op operation;
        private final List<Double> arguments;
        private final List<Value> inputs;
        private final @Nullable StackTraceElement origin;
        private @Nullable String name;

        Value(
                int number,
                Tensor tensor,
                @Nullable Op operation,
                List<Double> arguments,
                List<Value> inputs,
                @Nullable StackTraceElement origin) {
            this.number = number;
            this.tensor = tensor;
            this.content = snapshot(tensor);
            this.operation = operation;
            this.arguments = arguments;
            this.inputs = inputs;
            this.origin = origin;
        }

        /** Its place in the order of the pass. */
        public int number() {
            return number;
        }

        /** The name that the pass gave it, or null. */
        public @Nullable String name() {
            return name;
        }

        /** The tensor itself, by which a program's variables are found. */
        public Tensor tensor() {
            return tensor;
        }

        /** The elements at that time, a copy. */
        public Tensor content() {
            return content;
        }

        /** The shape. */
        public Shape shape() {
            return content.shape();
        }

        /** The operation that made it; null if it was there before the pass. */
        public @Nullable Op operation() {
            return operation;
        }

        /** The numbers among the operation's arguments: a factor, an exponent, a dimension. */
        public List<Double> arguments() {
            return arguments;
        }

        /** The values that the operation read. */
        public List<Value> inputs() {
            return inputs;
        }

        /** Whether it was there before the pass: a parameter, or data. */
        public boolean isLeaf() {
            return operation == null;
        }

        /** Whether this operation made it. */
        public boolean is(Op op) {
            return operation == op;
        }

        /** The line of code that ran the operation, or null. */
        public @Nullable StackTraceElement origin() {
            return origin;
        }

        @Override
        public String toString() {
            return (name == null ? "value " + number : name) + " " + shape();
        }

        /** A copy of the elements; copy would tell the tracer. */
        private static Tensor snapshot(Tensor tensor) {
            int[] sizes = tensor.shape().toArray();
            return switch (tensor.dtype()) {
                case FLOAT32 -> Tensor.of(tensor.floats().clone(), sizes);
                case FLOAT64 -> Tensor.of(tensor.doubles().clone(), sizes);
                case INT32 -> Tensor.of(tensor.ints().clone(), sizes);
            };
        }
    }

    /** A pass that runs too many operations. */
    private static final class TooLongException extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        TooLongException() {
            super(String.format(
                    Locale.ROOT, "the pass runs more than %,d operations, too many for a graph", MOST_OPERATIONS));
        }
    }

    /** Ends a program at its loss. */
    private static final class LossReached extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient Tensor loss;

        LossReached(Tensor loss) {
            super(null, null, false, false);
            this.loss = loss;
        }
    }

    /** Reads the graph while the pass runs. */
    private static final class Reader implements Tracer {
        private static final StackWalker WALKER = StackWalker.getInstance();

        private final boolean untilLoss;
        private final IdentityHashMap<Tensor, Value> current = new IdentityHashMap<>();

        /** The latest value of an array of elements, for tensors that share it with another. */
        private final IdentityHashMap<Object, Value> currentOfArray = new IdentityHashMap<>();

        private final Map<String, Value> named = new HashMap<>();
        private int count;

        Reader(boolean untilLoss) {
            this.untilLoss = untilLoss;
        }

        @Override
        public void operation(Op op, List<Double> arguments, List<Tensor> inputs, Tensor output) {
            if (count > MOST_OPERATIONS) {
                throw new TooLongException();
            }
            var read = inputs.stream().map(this::value).toList();
            put(new Value(count++, output, op, arguments, read, origin()));
            if (untilLoss && op.isLoss()) {
                throw new LossReached(output);
            }
        }

        private void put(Value value) {
            current.put(value.tensor, value);
            currentOfArray.put(array(value.tensor), value);
        }

        /** What a tensor holds now: what was last written into its elements, a leaf if nothing was. */
        private Value value(Tensor tensor) {
            var own = current.get(tensor);
            var latest = currentOfArray.get(array(tensor));
            if (own != null && (latest == null || latest.number <= own.number || isViewOf(latest, own))) {
                return own;
            }
            if (latest != null && !latest.shape().equals(tensor.shape())) {
                put(new Value(count++, tensor, Op.RESHAPE, List.of(), List.of(latest), latest.origin));
            } else if (latest != null) {
                current.put(tensor, latest);
            } else {
                put(new Value(count++, tensor, null, List.of(), List.of(), null));
            }
            return Objects.requireNonNull(current.get(tensor));
        }

        private static boolean isViewOf(Value view, Value value) {
            for (var each = view; ; each = each.inputs.getFirst()) {
                if (each == value) {
                    return true;
                }
                if (!each.is(Op.RESHAPE)) {
                    return false;
                }
            }
        }

        /** A copy of a tensor that no operation has made; any other itself. */
        Tensor apart(Tensor tensor) {
            return value(tensor).isLeaf() ? Value.snapshot(tensor) : tensor;
        }

        Tensor name(String name, Tensor tensor) {
            var value = value(tensor);
            if (named.putIfAbsent(name, value) != null) {
                throw new IllegalArgumentException("PassGraph: the name " + name + " is used twice");
            }
            value.name = name;
            return tensor;
        }

        /** A tensor that an operation has made: this one, or of one number the latest that holds it; else null. */
        @Nullable
        Tensor made(Tensor tensor) {
            if (!value(tensor).isLeaf()) {
                return tensor;
            }
            return tensor.shape().elements() != 1
                    ? null
                    : current.values().stream()
                            .filter(value -> !value.isLeaf()
                                    && value.shape().elements() == 1
                                    && value.content.getFlat(0) == tensor.getFlat(0))
                            .max(Comparator.comparingInt(Value::number))
                            .map(Value::tensor)
                            .orElse(null);
        }

        PassGraph graph(Tensor loss, String name) {
            var value = value(loss);
            if (value.isLeaf()) {
                throw new IllegalArgumentException("PassGraph: no operation of Tensor or of a layer has made the loss");
            }
            if (value.name == null) {
                value.name = name;
            }
            return new PassGraph(value);
        }

        private static Object array(Tensor tensor) {
            return switch (tensor.dtype()) {
                case FLOAT32 -> tensor.floats();
                case FLOAT64 -> tensor.doubles();
                case INT32 -> tensor.ints();
            };
        }

        /** The innermost frame above the tensor operations and this class. */
        private static @Nullable StackTraceElement origin() {
            return WALKER.walk(frames -> frames.filter(frame -> !isOwn(frame.getClassName()))
                    .findFirst()
                    .map(StackWalker.StackFrame::toStackTraceElement)
                    .orElse(null));
        }

        private static boolean isOwn(String className) {
            return className.startsWith("handgrad.tensor.") || className.startsWith(PassGraph.class.getName() + "$");
        }
    }
}
