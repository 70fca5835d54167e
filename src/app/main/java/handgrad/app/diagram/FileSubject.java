package handgrad.app.diagram;

import handgrad.app.command.FailedException;
import handgrad.app.command.WrongInputException;
import handgrad.app.program.SourceProgram;
import handgrad.app.program.SourceProgram.ProgramException;
import handgrad.check.pass.NamedPass;
import handgrad.check.pass.PassGraph;
import handgrad.check.result.Verdict;
import handgrad.tensor.Tensor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A source file as a subject. It has either
 *
 * <pre>
 * Tensor forward(NamedPass.Names names)   the loss, as the exercises have it
 * void backward()                         sets a field dNAME for each tensor, where there is one
 * </pre>
 *
 * or a main method, which runs until it has computed its first {@link handgrad.nn.CrossEntropyLoss}.
 */
final class FileSubject {
    private final String file;
    private final SourceProgram program;
    private @Nullable Object instance;
    private @Nullable NamedPass pass;

    private FileSubject(String file, SourceProgram program) {
        this.file = file;
        this.program = program;
    }

    /** The program, which begins in the first pass: so that the graph tells what its fields are made of. */
    private Object instance() {
        if (instance == null) {
            try {
                instance = program.newInstance();
            } catch (ProgramException exception) {
                throw thrown(exception.thrown());
            }
        }
        return instance;
    }

    /**
     * The forward pass of a program.
     *
     * @param file its name
     * @param source its text
     * @throws WrongInputException if it has neither a forward pass nor a main method
     * @throws FailedException if it throws or computes no loss
     */
    static DiagramSubject of(String title, String file, String source, SourceProgram program) {
        var subject = new FileSubject(file, program);
        var graph = subject.graph();
        return new DiagramSubject(
                title,
                graph,
                subject.variables(),
                List.of(),
                subject::gradient,
                subject::verdict,
                name -> name.equals(file.replaceFirst(".*/", "")) ? source : null);
    }

    private PassGraph graph() {
        var forward = method("forward", NamedPass.Names.class);
        try {
            return forward != null
                    ? PassGraph.of(names -> forward(forward, names))
                    : PassGraph.untilLoss(_ -> call(main()));
        } catch (IllegalArgumentException | IllegalStateException exception) {
            throw new FailedException("%s cannot be drawn: %s".formatted(file, exception.getMessage()));
        }
    }

    private Tensor forward(Method forward, NamedPass.Names names) {
        if (call(forward, names) instanceof Tensor loss) {
            return loss;
        }
        throw new WrongInputException(file + ": forward must return the loss, a Tensor");
    }

    private Method main() {
        var main = method("main");
        if (main == null) {
            throw new WrongInputException(file
                    + ": has neither Tensor forward(NamedPass.Names names) nor void main(), so there is"
                    + " nothing to draw");
        }
        return main;
    }

    private @Nullable Object call(Method method, Object... arguments) {
        try {
            return program.invoke(instance(), method, arguments);
        } catch (ProgramException exception) {
            // Without frames of the program it comes from the reader of the graph, which ends a program at its loss.
            if (exception.thrown() instanceof RuntimeException own && own.getStackTrace().length == 0) {
                throw own;
            }
            throw thrown(exception.thrown());
        }
    }

    private FailedException thrown(Throwable thrown) {
        var frames = thrown.getStackTrace();
        var line = frames.length == 0 ? "" : ":" + own(frames);
        return new FailedException("%s%s threw %s, so there is nothing to draw"
                .formatted(
                        file,
                        line,
                        thrown.getMessage() == null ? thrown.getClass().getSimpleName() : thrown.getMessage()));
    }

    private int own(StackTraceElement[] frames) {
        var name = program.mainClass().getName();
        for (var frame : frames) {
            if (frame.getClassName().startsWith(name)) {
                return frame.getLineNumber();
            }
        }
        return frames[frames.length - 1].getLineNumber();
    }

    private @Nullable Method method(String name, Class<?>... parameters) {
        try {
            return program.mainClass().getDeclaredMethod(name, parameters);
        } catch (NoSuchMethodException missing) {
            return null;
        }
    }

    /** The tensors that the fields of the program hold, by their names. */
    private IdentityHashMap<Tensor, String> variables() {
        var variables = new IdentityHashMap<Tensor, String>();
        for (var field : program.mainClass().getDeclaredFields()) {
            if (field.getType() == Tensor.class && value(field) instanceof Tensor tensor) {
                variables.putIfAbsent(tensor, field.getName());
            }
        }
        return variables;
    }

    private @Nullable Object value(Field field) {
        try {
            field.setAccessible(true);
            return field.get(instance());
        } catch (IllegalAccessException exception) {
            throw new IllegalStateException(exception);
        }
    }

    private @Nullable Tensor gradient(String name) {
        if (pass == null) {
            start();
        }
        try {
            return value(program.mainClass().getDeclaredField("d" + name)) instanceof Tensor gradient ? gradient : null;
        } catch (NoSuchFieldException missing) {
            return null;
        }
    }

    private void start() {
        var forward = method("forward", NamedPass.Names.class);
        var backward = method("backward");
        if (forward != null) {
            pass = NamedPass.of(names -> forward(forward, names));
            if (backward != null) {
                call(backward);
            }
        }
    }

    private Verdict verdict(String name) {
        var gradient = gradient(name);
        if (gradient == null || pass == null || !pass.names().contains(name)) {
            return Verdict.UNCHECKED;
        }
        return pass.compare(name, gradient).verdict();
    }
}
