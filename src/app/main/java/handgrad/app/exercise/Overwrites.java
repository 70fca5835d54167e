package handgrad.app.exercise;

import handgrad.app.program.SourceProgram.ProgramException;
import handgrad.check.result.Cause;
import handgrad.check.result.Comparison;
import handgrad.tensor.DType;
import handgrad.tensor.Op;
import handgrad.tensor.Tensor;
import handgrad.tensor.Tracer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a learner's backward pass overwrites: a tensor that was there before it, such as an input or dy, or a gradient
 * that was right.
 */
final class Overwrites implements Tracer {
    /** How far a gradient may be from the right one, relative to its largest element, and count as right. */
    private static final double CLOSE = 1e-9;

    /** A tensor that changes, what it was before, the operation and its line; the tensors that were there then. */
    private record Overwrite(String name, @Nullable Tensor before, String how, int line, Set<String> known) {
        /** " in line 12, by addInPlace", as far as it is known. */
        String place() {
            return (line == 0 ? "" : " in line " + line) + (how.isEmpty() ? "" : ", by " + how);
        }
    }

    private final ExerciseProgram program;
    private final Map<String, Tensor> before = new LinkedHashMap<>();
    private final List<Overwrite> overwrites = new ArrayList<>();

    /** What operations have written, by the array of the elements. */
    private final IdentityHashMap<double[], Tensor> contents = new IdentityHashMap<>();

    /** Keeps copies of all tensors that the program has after its forward pass. */
    Overwrites(ExerciseProgram program) {
        this.program = program;
        program.tensors().forEach((name, tensor) -> before.put(name, tensor.copy()));
    }

    /** Runs the backward pass and watches it. */
    void backward() throws ProgramException {
        try {
            Tracer.<Boolean, ProgramException>call(this, () -> {
                program.backward();
                return true;
            });
        } finally {
            var tensors = program.tensors();
            before.forEach((name, copy) -> {
                var now = tensors.get(name);
                if (now != null
                        && now.shape().equals(copy.shape())
                        && !now.equals(copy)
                        && overwrites.stream().noneMatch(each -> each.name.equals(name))) {
                    overwrites.add(new Overwrite(name, copy, "", 0, Set.of()));
                }
            });
        }
    }

    @Override
    public void operation(Op op, List<Double> arguments, List<Tensor> inputs, Tensor output) {
        String how = switch (op) {
            case ADD_IN_PLACE -> "addInPlace";
            case ADD_SCALED -> "addScaled";
            // The first that is written into a tensor makes it: copy is a copyFrom.
            case COPY_FROM -> isNew(output) ? "" : "copyFrom";
            default -> "";
        };
        if (!how.isEmpty()) {
            var tensors = program.tensors();
            int line = program.line(new Throwable());
            tensors.forEach((name, tensor) -> {
                if (sharesElements(tensor, output)) {
                    overwrites.add(new Overwrite(name, old(name, tensor), how, line, Set.copyOf(tensors.keySet())));
                }
            });
        }
        if (output.dtype() == DType.FLOAT64) {
            // A copy by an operation would be told here too.
            contents.put(
                    output.doubles(),
                    Tensor.of(output.doubles().clone(), output.shape().toArray()));
        }
    }

    private boolean isNew(Tensor output) {
        return output.dtype() == DType.FLOAT64
                && !contents.containsKey(output.doubles())
                && program.tensors().values().stream().noneMatch(tensor -> sharesElements(tensor, output));
    }

    private @Nullable Tensor old(String name, Tensor tensor) {
        return before.containsKey(name) || tensor.dtype() != DType.FLOAT64
                ? before.get(name)
                : contents.get(tensor.doubles());
    }

    /** A wrong gradient with the cause that something was overwritten, where that is so; else as it is. */
    Comparison explained(Comparison wrong, Tensor right) {
        for (var overwrite : overwrites) {
            var sentence = sentence(overwrite, "d" + wrong.name(), right);
            if (!sentence.isEmpty()) {
                return new Comparison(
                        wrong.name(),
                        wrong.exact(),
                        wrong.approximate(),
                        wrong.maxdiff(),
                        new Cause(Cause.Kind.CHANGED, sentence));
            }
        }
        return wrong;
    }

    private String sentence(Overwrite overwrite, String gradient, Tensor right) {
        var name = overwrite.name;
        if (name.equals(gradient)) {
            return overwrite.before != null && isClose(overwrite.before, right)
                    ? "it was right before it was overwritten" + overwrite.place()
                            + ": an operation in place changes %s itself, so write into a tensor".formatted(name)
                            + " of its own, as add does"
                    : "";
        }
        return before.containsKey(name) && !overwrite.known.contains(gradient)
                ? "backward overwrites %s%s, and what is computed from it afterwards has other numbers: write into a"
                                .formatted(name, overwrite.place())
                        + " tensor of its own, or into %s.copy()".formatted(name)
                : "";
    }

    private static boolean isClose(Tensor tensor, Tensor right) {
        if (!tensor.shape().equals(right.shape())) {
            return false;
        }
        double largest = 0;
        double difference = 0;
        for (int i = 0; i < right.shape().elements(); i++) {
            largest = Math.max(largest, Math.abs(right.getFlat(i)));
            difference = Math.max(difference, Math.abs(right.getFlat(i) - tensor.getFlat(i)));
        }
        return difference <= CLOSE * largest;
    }

    @SuppressWarnings("ReferenceEquality") // equal elements may be those of another tensor
    private static boolean sharesElements(Tensor a, Tensor b) {
        return a.dtype() == b.dtype()
                && switch (a.dtype()) {
                    case FLOAT32 -> a.floats() == b.floats();
                    case FLOAT64 -> a.doubles() == b.doubles();
                    case INT32 -> a.ints() == b.ints();
                };
    }
}
