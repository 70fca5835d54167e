package handgrad.app.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes an image beside its place and moves it there when it is whole: a build that fails leaves what was there.
 *
 * @param jars what it is made of
 * @param link makes its runtime
 */
record ImageBuild(ImageJars jars, RuntimeLink link) {
    private static final String NEW = ".new";
    private static final String OLD = ".old";

    /**
     * Makes the folder and the archive.
     *
     * @param windows whether the archive is a zip
     */
    void make(ImageLayout image, boolean windows) throws IOException {
        var folder = image.path();
        // The archive's paths begin with the name of the folder, so the new one has it already.
        var work = folder.resolveSibling(folder.getFileName() + NEW);
        delete(work);
        try {
            Files.createDirectory(work);
            var made = new ImageLayout(work.resolve(folder.getFileName()));
            Files.createDirectory(made.path());
            link.link(jars.ofJdk(), made.runtime());
            jars.copyTo(made);
            writeScripts(made.path());
            var archive = made.archive(windows);
            if (windows) {
                ZipFolder.write(made.path(), archive);
            } else {
                TarFolder.write(made.path(), archive);
            }
            replace(made.path(), folder);
            Files.move(archive, image.archive(windows), StandardCopyOption.REPLACE_EXISTING);
        } finally {
            delete(work);
        }
    }

    private static void writeScripts(Path folder) throws IOException {
        copy("handgrad", "launcher.sh", folder);
        copy("handgrad.cmd", "launcher.cmd", folder);
        copy("LICENSE", "LICENSE", folder);
        copy("NOTICE", "NOTICE", folder);
        var script = folder.resolve("handgrad");
        if (Files.getFileStore(script).supportsFileAttributeView("posix")) {
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    private static void copy(String name, String resource, Path folder) throws IOException {
        try (InputStream content = ImageBuild.class.getResourceAsStream(resource)) {
            Files.copy(Objects.requireNonNull(content, resource), folder.resolve(name));
        }
    }

    /** Puts a folder in the place of another, which goes only when the new one stands. */
    private static void replace(Path made, Path folder) throws IOException {
        var old = folder.resolveSibling(folder.getFileName() + OLD);
        delete(old);
        if (Files.exists(folder)) {
            Files.move(folder, old);
        }
        Files.move(made, folder);
        delete(old);
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
