package handgrad.app.image;

import handgrad.app.command.Checks;
import handgrad.app.command.ExitCode;
import handgrad.app.command.FailedException;
import handgrad.app.command.WrongInputException;
import handgrad.app.train.RunFolder;
import handgrad.file.PrintableText;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes an image from the jars that this JVM runs. */
@Command(
        name = "image",
        description = {
            "Makes a folder, and an archive beside it, that runs handgrad on machines of this kind",
            "without a JDK, Maven or a checkout."
        },
        sortOptions = false)
public final class ImageCommand implements Callable<Integer> {
    /** The folder takes about 200 MB and the archive about 100; while an image is replaced there are two. */
    private static final long ROOM = 600_000_000;

    private static final double MEGABYTE = 1e6;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "The folder to make, or an earlier image to replace; the archive is DIR.tar.gz, on Windows"
                    + " DIR.zip.")
    private Path out;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (ImageLayout.running().isPresent()) {
            throw new WrongInputException("an image makes no image: run ./handgrad image in a checkout of handgrad,"
                    + " which has the JDK, or copy this folder");
        }
        Checks.notEmpty("--out", out);
        var image = new ImageLayout(out.toAbsolutePath().normalize());
        boolean windows = System.getProperty("os.name").startsWith("Windows");
        var parent = requirePlace(image, windows);
        requireRoom(parent, parent.toFile().getUsableSpace(), ROOM);
        var jars =
                ImageJars.ofPaths(System.getProperty("jdk.module.path", ""), System.getProperty("java.class.path", ""));
        var printer = spec.commandLine().getOut();
        try {
            new ImageBuild(jars, RuntimeLink.ofThisJdk()).make(image, windows);
            printer.println(PrintableText.of("folder:  %s, %s".formatted(out, megabytes(size(image.path())))));
            var archive = image.archive(windows);
            printer.println(PrintableText.of("archive: %s, %s"
                    .formatted(out.resolveSibling(archive.getFileName()), megabytes(Files.size(archive)))));
            printer.println(PrintableText.of("try it:  %s doctor".formatted(out.resolve("handgrad"))));
        } catch (IOException exception) {
            throw new FailedException("the image cannot be written to %s: %s".formatted(out, reason(exception)));
        }
        printer.flush();
        return ExitCode.DONE;
    }

    /** The folder that the image is to stand in. */
    private Path requirePlace(ImageLayout image, boolean windows) {
        var path = image.path();
        var parent = path.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new WrongInputException("--out: there is no folder " + (parent == null ? path : parent));
        }
        if (Files.exists(path) && !image.isThere() && !isEmptyFolder(path)) {
            throw new WrongInputException(
                    "--out: " + out + " exists and is no image of handgrad; name another folder, or remove it");
        }
        if (Files.isDirectory(image.archive(windows))) {
            throw new WrongInputException("--out: " + image.archive(windows)
                    + ", where the archive is to stand, is a folder; name another folder");
        }
        return parent;
    }

    private static boolean isEmptyFolder(Path path) {
        try (var files = Files.newDirectoryStream(path)) {
            return !files.iterator().hasNext();
        } catch (IOException noFolder) {
            return false;
        }
    }

    /** Refuses a folder on a disk with so many bytes. */
    static void requireRoom(Path parent, long usable, long needed) {
        if (usable < needed) {
            throw new WrongInputException("--out: %s has %s of room, and making an image takes up to %s; make room, or"
                            .formatted(parent, megabytes(usable), megabytes(needed))
                    + " name a folder on another disk");
        }
    }

    private static String reason(IOException exception) {
        return exception instanceof DirectoryNotEmptyException full
                ? full.getMessage() + " got files while it was replaced"
                : RunFolder.reason(exception);
    }

    private static long size(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(Path::toFile)
                    .mapToLong(File::length)
                    .sum();
        } catch (UncheckedIOException exception) {
            throw exception.getCause();
        }
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%,.0f MB", bytes / MEGABYTE);
    }
}
