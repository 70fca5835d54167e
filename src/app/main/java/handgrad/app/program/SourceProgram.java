package handgrad.app.program;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TaskEvent;
import com.sun.source.util.TaskListener;
import com.sun.source.util.Trees;
import handgrad.app.command.FailedException;
import handgrad.app.command.WrongInputException;
import handgrad.app.program.CompiledSources.Compiled;
import handgrad.app.worker.Watch;
import handgrad.file.PrintableText;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.AccessFlag;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.ForwardingJavaFileObject;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * A Java source, compiled in memory and loaded into this JVM. It sees the modules of this JVM and nothing else:
 * no other source file, no class path.
 */
public final class SourceProgram {
    private static final List<String> MODULES = List.of("handgrad", "jdk.incubator.vector");

    /** Characters of a line that the compiler shows. */
    private static final int LONGEST_LINE = 200;

    private final String file;
    private final Class<?> mainClass;
    private final Map<String, byte[]> classes;

    private SourceProgram(String file, Class<?> mainClass, Map<String, byte[]> classes) {
        this.file = file;
        this.mainClass = mainClass;
        this.classes = classes;
    }

    /**
     * Compiles {@code file}.
     *
     * @throws CompilationException with the compiler's messages if the file does not compile
     * @throws FailedException if the compiler cannot cope with it
     * @throws UncheckedIOException if the file cannot be read
     */
    public static SourceProgram compile(Path file) throws CompilationException {
        return Watch.compiling(() -> compile(
                file.toString(),
                files -> files.getJavaFileObjects(file).iterator().next()));
    }

    /**
     * Compiles {@code source} as if it stood in {@code file}.
     *
     * @throws CompilationException with the compiler's messages if it does not compile
     * @throws FailedException if the compiler cannot cope with it
     */
    public static SourceProgram compile(String file, String source) throws CompilationException {
        var object = new SimpleJavaFileObject(URI.create("memory:///" + file), JavaFileObject.Kind.SOURCE) {
            @Override
            public String getName() {
                return file;
            }

            @Override
            public String getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
        return Watch.compiling(() -> compile(file, _ -> object));
    }

    /**
     * The same for a source of handgrad's own, which is compiled once for all processes where {@link CompiledSources}
     * keeps it.
     */
    public static SourceProgram compileOnce(String file, String source) throws CompilationException {
        var kept = CompiledSources.find(file, source);
        if (kept.isPresent()) {
            return of(file, kept.get());
        }
        var program = compile(file, source);
        CompiledSources.keep(file, source, new Compiled(program.mainClass.getName(), program.classes));
        return program;
    }

    private static SourceProgram of(String file, Compiled compiled) {
        try {
            var loader = new MemoryLoader(compiled.classes());
            return new SourceProgram(file, loader.loadClass(compiled.main()), loader.classes);
        } catch (ClassNotFoundException exception) {
            throw new IllegalStateException("the compiler wrote no class " + compiled.main(), exception);
        }
    }

    private static SourceProgram compile(String file, Function<StandardJavaFileManager, JavaFileObject> source)
            throws CompilationException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        var messages = new StringWriter();
        var firstClass = new FirstClass();
        try (var files = compiler.getStandardFileManager(null, null, null);
                var output = new MemoryOutput(files)) {
            files.setLocationFromPaths(StandardLocation.CLASS_PATH, List.of());
            files.setLocationFromPaths(StandardLocation.MODULE_PATH, modulePath());
            var options = List.of("--add-modules", String.join(",", MODULES), "-proc:none", "-Xlint:-incubating");
            var object = new WithImports(source.apply(files));
            var task = (JavacTask) compiler.getTask(messages, output, null, options, null, List.of(object));
            task.addTaskListener(firstClass);
            // In English, as all that handgrad says; the lines that help know the words.
            task.setLocale(Locale.ENGLISH);
            var positions = Trees.instance(task).getSourcePositions();
            if (!task.call()) {
                var failure = CompilerFailure.of(file, object.getCharContent(true), messages.toString());
                if (failure != null) {
                    throw new FailedException(failure);
                }
                var unit = firstClass.unit;
                var text = unit == null
                        ? messages.toString()
                        : CompilerHelp.added(file, messages.toString(), unit, positions);
                throw new CompilationException(shortened(text));
            }
            if (firstClass.name == null) {
                throw new WrongInputException(file + " declares no class and no main method");
            }
            return of(file, new Compiled(firstClass.name, output.classes()));
        } catch (IOException exception) {
            throw new UncheckedIOException(exception);
        }
    }

    private static String shortened(String messages) {
        return messages.lines()
                .map(line -> line.length() > LONGEST_LINE ? line.substring(0, LONGEST_LINE) + "..." : line)
                .collect(Collectors.joining("\n", "", "\n"));
    }

    /** The first class of the file: the one that holds the main method. */
    public Class<?> mainClass() {
        return mainClass;
    }

    /**
     * Calls the main method, chosen as {@code java} does (Java Language Specification 12.1.4): with {@code String[]}
     * before without, static or of a new instance.
     *
     * @throws ProgramException if the program throws; the stack trace of its cause ends at the program's own frames
     * @throws WrongInputException if the class has no main method, or none that can be called
     */
    void run(String... arguments) throws ProgramException {
        var main = mainMethod();
        Thread.currentThread().setContextClassLoader(mainClass.getClassLoader());
        var receiver = main.accessFlags().contains(AccessFlag.STATIC) ? null : newInstance();
        invoke(receiver, main, main.getParameterCount() == 0 ? new Object[0] : new Object[] {arguments});
    }

    /**
     * A new instance of the class that holds the main method.
     *
     * @throws ProgramException if its constructor throws
     * @throws FailedException if its constructor needs more stack or memory than there is, or a file that the engine
     *     cannot use
     * @throws WrongInputException if it has none without parameters, or only a private one
     */
    public Object newInstance() throws ProgramException {
        try {
            var constructor = mainClass.getDeclaredConstructor();
            if (!constructor.accessFlags().contains(AccessFlag.PRIVATE)) {
                constructor.setAccessible(true);
                return call(constructor::newInstance);
            }
        } catch (ReflectiveOperationException unusable) {
            // Told below, together with a private constructor.
        }
        throw new WrongInputException(
                "%s: class %s needs a constructor without parameters for its main method, or a static main"
                        .formatted(file, mainClass.getName()));
    }

    /**
     * Calls a method of the program; {@code receiver} is null for a static one.
     *
     * @throws ProgramException if the method throws
     * @throws FailedException if the method needs more stack or memory than there is, or a file that the engine cannot
     *     use
     */
    @Nullable
    public Object invoke(@Nullable Object receiver, Method method, @Nullable Object... arguments)
            throws ProgramException {
        try {
            method.setAccessible(true);
            return call(() -> method.invoke(receiver, arguments));
        } catch (ReflectiveOperationException exception) {
            throw new IllegalStateException(exception);
        }
    }

    /** Calls the program's code. A static field's first value may throw an error that no reflection wraps. */
    private <T> T call(Watch.Task<T, ReflectiveOperationException> code)
            throws ProgramException, ReflectiveOperationException {
        Throwable thrown;
        try {
            return Watch.within(code);
        } catch (InvocationTargetException exception) {
            thrown = exception.getTargetException();
        } catch (ExceptionInInitializerError exception) {
            thrown = exception.getException();
        } catch (Error error) {
            thrown = error;
        }
        var exhausted = Watch.exhausted(file, thrown);
        var line = exhausted != null ? exhausted : Watch.unfit(file, thrown);
        if (line != null) {
            throw new FailedException(line);
        }
        throw new ProgramException(trim(thrown));
    }

    private Method mainMethod() {
        var main = find(String[].class);
        if (main == null) {
            main = find();
        }
        if (main == null) {
            throw new WrongInputException(
                    "%s: class %s has no main method; add void main() { ... }".formatted(file, mainClass.getName()));
        }
        return main;
    }

    private @Nullable Method find(Class<?>... parameters) {
        for (Class<?> type = mainClass; type != null; type = type.getSuperclass()) {
            for (var method : type.getDeclaredMethods()) {
                if (method.getName().equals("main")
                        && Arrays.equals(method.getParameterTypes(), parameters)
                        && method.getReturnType() == void.class
                        && !method.accessFlags().contains(AccessFlag.PRIVATE)) {
                    return method;
                }
            }
        }
        return null;
    }

    /** Cuts off the frames below the program's first: those of this class and of reflection. */
    private Throwable trim(Throwable thrown) {
        // Causes may form a circle.
        var seen = Collections.newSetFromMap(new IdentityHashMap<Throwable, Boolean>());
        for (var each = thrown; each != null && seen.add(each); each = each.getCause()) {
            var frames = each.getStackTrace();
            int length = frames.length;
            while (length > 0 && !classes.containsKey(frames[length - 1].getClassName())) {
                length--;
            }
            each.setStackTrace(Arrays.copyOf(frames, length));
        }
        return thrown;
    }

    private static List<Path> modulePath() {
        return Arrays.stream(System.getProperty("jdk.module.path").split(File.pathSeparator))
                .map(Path::of)
                .toList();
    }

    /** The source does not compile; the message is the compiler's. */
    public static final class CompilationException extends Exception {
        private static final long serialVersionUID = 1L;

        CompilationException(String message) {
            super(PrintableText.lines(message));
        }
    }

    /** The program threw; the cause is what it threw. */
    public static final class ProgramException extends Exception {
        private static final long serialVersionUID = 1L;

        private final Throwable thrown;

        ProgramException(Throwable thrown) {
            super(thrown);
            this.thrown = thrown;
        }

        /** What the program threw. */
        public Throwable thrown() {
            return thrown;
        }
    }

    /** Notes the parsed source, and the name of its first class. */
    private static final class FirstClass implements TaskListener {
        private @Nullable String name;
        private @Nullable CompilationUnitTree unit;

        @Override
        public void finished(TaskEvent event) {
            if (event.getKind() == TaskEvent.Kind.PARSE) {
                unit = event.getCompilationUnit();
                name = firstClass(unit);
            }
        }

        private static @Nullable String firstClass(CompilationUnitTree unit) {
            var prefix = unit.getPackageName() == null ? "" : unit.getPackageName() + ".";
            for (var declaration : unit.getTypeDecls()) {
                if (declaration instanceof ClassTree type) {
                    return prefix + type.getSimpleName();
                }
            }
            return null;
        }
    }

    /** A source with the imports of the engine. */
    private static final class WithImports extends ForwardingJavaFileObject<JavaFileObject> {
        WithImports(JavaFileObject source) {
            super(source);
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) throws IOException {
            return EngineImports.completed(super.getCharContent(ignoreEncodingErrors));
        }
    }

    /** Keeps the compiler's class files in memory. */
    private static final class MemoryOutput extends ForwardingJavaFileManager<JavaFileManager> {
        private final Map<String, ByteArrayOutputStream> files = new HashMap<>();

        MemoryOutput(JavaFileManager manager) {
            super(manager);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String className, JavaFileObject.Kind kind, @Nullable FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("memory:///" + className.replace('.', '/') + ".class"), kind) {
                @Override
                public OutputStream openOutputStream() {
                    var bytes = new ByteArrayOutputStream();
                    files.put(className, bytes);
                    return bytes;
                }
            };
        }

        Map<String, byte[]> classes() {
            var classes = new HashMap<String, byte[]>();
            files.forEach((name, bytes) -> classes.put(name, bytes.toByteArray()));
            return classes;
        }
    }

    /** Loads classes from memory, everything else from this JVM. */
    private static final class MemoryLoader extends ClassLoader {
        private final Map<String, byte[]> classes;

        MemoryLoader(Map<String, byte[]> classes) {
            super(SourceProgram.class.getClassLoader());
            this.classes = classes;
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            var bytes = classes.get(name);
            if (bytes == null) {
                throw new ClassNotFoundException(name);
            }
            return defineClass(name, bytes, 0, bytes.length);
        }
    }
}
