package handgrad.app.program;

import handgrad.file.AtomicFile;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps what sources were compiled to, in the folder that the property {@code handgrad.compiled} names; without it
 * nothing is kept. The launcher names one beside the jars that it built, which ends with them. What cannot be read or
 * written is compiled again.
 */
final class CompiledSources {
    private static final String FOLDER = System.getProperty("handgrad.compiled", "");

    private CompiledSources() {}

    /**
     * Classes by their names, the main one named first.
     *
     * @param main the name of the class that holds the main method
     */
    record Compiled(String main, Map<String, byte[]> classes) {}

    /** What a source was compiled to by this JDK; empty if that was not kept. */
    static Optional<Compiled> find(String file, String source) {
        if (FOLDER.isEmpty()) {
            return Optional.empty();
        }
        try (var data = new DataInputStream(new ByteArrayInputStream(Files.readAllBytes(path(file, source))))) {
            var main = data.readUTF();
            var classes = new HashMap<String, byte[]>();
            for (int i = data.readInt(); i > 0; i--) {
                var name = data.readUTF();
                classes.put(name, data.readNBytes(data.readInt()));
            }
            return classes.containsKey(main) ? Optional.of(new Compiled(main, classes)) : Optional.empty();
        } catch (IOException none) {
            return Optional.empty();
        }
    }

    static void keep(String file, String source, Compiled compiled) {
        if (FOLDER.isEmpty()) {
            return;
        }
        try {
            var bytes = new ByteArrayOutputStream();
            var data = new DataOutputStream(bytes);
            data.writeUTF(compiled.main);
            data.writeInt(compiled.classes.size());
            for (var each : compiled.classes.entrySet()) {
                data.writeUTF(each.getKey());
                data.writeInt(each.getValue().length);
                data.write(each.getValue());
            }
            Files.createDirectories(Path.of(FOLDER));
            AtomicFile.write(path(file, source), channel -> channel.write(ByteBuffer.wrap(bytes.toByteArray())));
        } catch (IOException readOnly) {
            // It is compiled again the next time.
        }
    }

    private static Path path(String file, String source) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update((Runtime.version() + "\n" + file + "\n").getBytes(StandardCharsets.UTF_8));
            byte[] hash = digest.digest(source.getBytes(StandardCharsets.UTF_8));
            return Path.of(FOLDER, HexFormat.of().formatHex(hash));
        } catch (NoSuchAlgorithmException exception) {
            throw new IllegalStateException("every Java has SHA-256", exception);
        }
    }
}
