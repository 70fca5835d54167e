package handgrad.app.exercise;

import handgrad.app.command.WrongInputException;
import handgrad.app.program.SourceProgram;
import handgrad.app.program.SourceProgram.ProgramException;
import handgrad.check.pass.NamedPass;
import handgrad.tensor.Tensor;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/**
 * The compiled file of an exercise. By its names it has
 *
 * <pre>
 * Tensor forward(NamedPass.Names names)   the loss
 * void backward()                         sets a field dNAME for each tensor; null is a blank
 * double[] train()                        the losses of a training, in some exercises
 * void reference()                        sets the fields to what exact compares with, in some solutions
 * Map mistakes(String blank)              what usual mistakes make of a blank, by the sentence that names each, in some
 * String faulty                           names the gradient whose line is wrong, where one is to be found
 * </pre>
 */
final class ExerciseProgram {
    private final String file;
    private final SourceProgram program;
    private final Object instance;

    /**
     * An instance of the program, which it starts with.
     *
     * @param file its name in errors
     * @throws ProgramException if a field's initial value throws
     */
    ExerciseProgram(String file, SourceProgram program) throws ProgramException {
        this.file = file;
        this.program = program;
        this.instance = program.newInstance();
    }

    /** The loss; {@code names} gets the named tensors. */
    Tensor forward(NamedPass.Names names) throws ProgramException {
        var loss = call(require("Tensor forward(NamedPass.Names names)", "forward", NamedPass.Names.class), names);
        if (loss instanceof Tensor tensor) {
            return tensor;
        }
        throw new WrongInputException(file + ": forward must return the loss, it returns " + loss);
    }

    /** Computes the gradients; forward must have run. */
    void backward() throws ProgramException {
        call(require("void backward()", "backward"));
    }

    /** Replaces the gradients by those of the reference, where there is one. */
    void reference() throws ProgramException {
        var reference = method("reference");
        if (reference != null) {
            call(reference);
        }
    }

    /** What usual mistakes make of a blank, by the sentence that names each; empty where the solution tells none. */
    Map<String, Tensor> mistakes(String blank) throws ProgramException {
        var mistakes = method("mistakes", String.class);
        var told = new TreeMap<String, Tensor>();
        if (mistakes != null && call(mistakes, blank) instanceof Map<?, ?> all) {
            all.forEach((sentence, wrong) -> told.put((String) sentence, (Tensor) wrong));
        }
        return told;
    }

    /** The losses of the training, where there is one. */
    Optional<List<Double>> train() throws ProgramException {
        var train = method("train");
        return train != null && call(train) instanceof double[] losses
                ? Optional.of(DoubleStream.of(losses).boxed().toList())
                : Optional.empty();
    }

    /** The gradient of a tensor, null where it is still blank. */
    @Nullable
    Tensor gradient(String tensor) {
        return field("d" + tensor, Tensor.class, "declare it outside of backward: Tensor d%s;".formatted(tensor));
    }

    /** What the file names as the gradient whose line is wrong. */
    String faulty() {
        var named = field("faulty", String.class, "declare it: final String faulty = \"\";");
        return named == null ? "" : named;
    }

    private <T> @Nullable T field(String name, Class<T> type, String remedy) {
        try {
            var field = program.mainClass().getDeclaredField(name);
            field.setAccessible(true);
            if (field.getType() == type) {
                return type.cast(field.get(instance));
            }
        } catch (NoSuchFieldException missing) {
            // Told below, together with one of another type.
        } catch (IllegalAccessException exception) {
            throw new IllegalStateException(exception);
        }
        throw new WrongInputException("%s: the field %s is missing; %s".formatted(file, name, remedy));
    }

    /** The tensors that its fields hold, by their names. */
    Map<String, Tensor> tensors() {
        var tensors = new LinkedHashMap<String, Tensor>();
        for (var field : program.mainClass().getDeclaredFields()) {
            try {
                if (field.getType() == Tensor.class) {
                    field.setAccessible(true);
                    if (field.get(instance) instanceof Tensor tensor) {
                        tensors.put(field.getName(), tensor);
                    }
                }
            } catch (IllegalAccessException exception) {
                throw new IllegalStateException(exception);
            }
        }
        return tensors;
    }

    /** The field that holds a tensor, null if none does. */
    @Nullable
    @SuppressWarnings("ReferenceEquality") // an equal tensor is another one
    String variable(Tensor tensor) {
        return tensors().entrySet().stream()
                .filter(field -> field.getValue() == tensor)
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }

    /** The line of the file in which {@code thrown} came up, 0 if in none. */
    int line(Throwable thrown) {
        return Arrays.stream(thrown.getStackTrace())
                .filter(frame -> frame.getClassName().equals(program.mainClass().getName()))
                .mapToInt(StackTraceElement::getLineNumber)
                .findFirst()
                .orElse(0);
    }

    private @Nullable Object call(Method method, Object... arguments) throws ProgramException {
        return program.invoke(instance, method, arguments);
    }

    private Method require(String declaration, String name, Class<?>... parameters) {
        var method = method(name, parameters);
        if (method == null) {
            throw new WrongInputException("%s: the method %s is missing".formatted(file, declaration));
        }
        return method;
    }

    private @Nullable Method method(String name, Class<?>... parameters) {
        try {
            return program.mainClass().getDeclaredMethod(name, parameters);
        } catch (NoSuchMethodException missing) {
            return null;
        }
    }
}
