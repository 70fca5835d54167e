package handgrad.app.image;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A folder as a zip. */
final class ZipFolder {
    private ZipFolder() {}

    /** Writes the folder, under its own name, to a new file. */
    static void write(Path folder, Path file) throws IOException {
        try (var zip = new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(file)));
                var paths = Files.walk(folder)) {
            for (var path : paths.sorted().toList()) {
                boolean isFolder = Files.isDirectory(path);
                zip.putNextEntry(new ZipEntry(TarFolder.name(folder, path) + (isFolder ? "/" : "")));
                if (!isFolder) {
                    Files.copy(path, zip);
                }
                zip.closeEntry();
            }
        }
    }
}
