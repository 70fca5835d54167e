package handgrad.app.worker;

import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where the code of a source file was.
 *
 * @param file as the user named it
 * @param line the number of the line, 0 if no frame is the file's
 * @param method the method of the file that was called first, empty if none was
 */
record Place(String file, int line, String method) {
    /** The place of the innermost frame of the file. */
    static Place of(String file, StackTraceElement... frames) {
        var name = String.valueOf(Path.of(file).getFileName());
        var own = Arrays.stream(frames)
                .filter(frame -> frame.getModuleName() == null && name.equals(frame.getFileName()))
                .toList();
        return own.isEmpty()
                ? new Place(file, 0, "")
                : new Place(
                        file, own.getFirst().getLineNumber(), word(own.getLast().getMethodName()));
    }

    /** A method's name as the source has it. */
    private static String word(String method) {
        return switch (method) {
            case "<init>" -> "a constructor or a field's first value";
            case "<clinit>" -> "a static field's first value";
            default -> method.startsWith("lambda$") ? method.split("\\$", -1)[1] : method;
        };
    }

    /** A line for people: what is wrong with something that this place uses. */
    String line(String problem) {
        return file + (line == 0 ? "" : ":" + line) + ": " + problem;
    }

    /** A line for people: what is wrong here, and what to do. */
    String line(String problem, @Nullable String remedy) {
        return line(problem) + (method.isEmpty() ? "" : ", in " + method) + (remedy == null ? "" : "; " + remedy);
    }
}
