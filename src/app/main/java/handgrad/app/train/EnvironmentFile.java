package handgrad.app.train;

import handgrad.app.command.JsonObject;
import handgrad.app.command.UserFile;
import handgrad.tensor.Environment;
import java.io.IOException;
import java.nio.file.Path;

/** What the bits of a run depend on as a JSON object, one property for each. */
final class EnvironmentFile {
    private static final int MAXIMUM_BYTES = 1 << 20;

    private EnvironmentFile() {}

    static void write(Path file, Environment environment) throws IOException {
        JsonObject.write(file, generator -> {
            generator.writeStringProperty("handgrad", environment.handgrad());
            generator.writeStringProperty("jdk", environment.jdk());
            generator.writeStringProperty("blas", environment.blas());
            generator.writeStringProperty("core", environment.core());
            generator.writeStringProperty("route", environment.route());
            generator.writeNumberProperty("vectorBits", environment.vectorBits());
            generator.writeBooleanProperty("fma", environment.fma());
            generator.writeNumberProperty("threads", environment.threads());
        });
    }

    /** Reads it back; the message of the exception says what is wrong with the file. */
    static Environment read(Path file) {
        var text = new UserFile("", file, "the environment of a run").text(MAXIMUM_BYTES);
        return JsonObject.read(
                file.toString(),
                text,
                values -> new Environment(
                        values.text("handgrad"),
                        values.text("jdk"),
                        values.text("blas"),
                        values.text("core"),
                        values.text("route"),
                        values.number("vectorBits", Integer::valueOf),
                        values.number("fma", EnvironmentFile::truth),
                        values.number("threads", Integer::valueOf)));
    }

    private static boolean truth(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new NumberFormatException(text);
        };
    }
}
