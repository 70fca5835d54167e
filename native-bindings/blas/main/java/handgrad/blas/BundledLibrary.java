package handgrad.blas;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * The OpenBLAS of the jar {@code org.bytedeco:openblas}, unpacked where the dynamic loader can open it.
 *
 * <p>The SHA-256 of every file is part of this module ({@code openblas.sha256}), so nothing else is ever loaded: not a
 * file that was cut short or changed in the cache, and not the content of another jar. The folder is named by the
 * SHA-256 of the library itself; two versions never share one. A file is written under a fresh name and then moved over
 * the old one in one step, so processes that unpack at the same time do not disturb each other.
 *
 * <p>Between the check and the loading the file must stay what it was. That holds because only this user can write to
 * the folder: its mode is 0700, and a folder that others own or may write to is refused. On Windows the user's local
 * application data folder is private by its access list.
 */
final class BundledLibrary {
    private static final boolean POSIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    private static final FileAttribute<?>[] PRIVATE_FOLDER = POSIX
            ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
            }
            : new FileAttribute<?>[0];
    private static final Set<PosixFilePermission> WRITABLE_BY_OTHERS =
            Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private BundledLibrary() {}

    /** A file of the jar; its siblings are what the first one of a platform needs beside it. */
    private record NativeFile(String name, String sha256) {}

    /** Makes sure that the right files are in the cache and returns the library among them. */
    static Path unpack(Configuration configuration) throws UnusableLibraryException {
        List<NativeFile> files = files(configuration.platform());
        if (files.isEmpty()) {
            throw new UnusableLibraryException("there is none for " + configuration.platform());
        }
        var library = files.getFirst();
        Path folder = configuration.cache().resolve("handgrad", "openblas", library.sha256());
        try {
            createPrivateFolder(configuration.cache(), folder);
            for (var file : files) {
                Path path = folder.resolve(file.name());
                if (!isIntact(path, file)) {
                    write(configuration.platform(), file, path);
                }
            }
        } catch (IOException failure) {
            throw new UnusableLibraryException("it cannot be unpacked into " + folder + " (" + failure + ")");
        }
        return folder.resolve(library.name());
    }

    /** What lies beside a library that was unpacked and is needed by it, each before those that need it. */
    static List<Path> besides(Path library, Configuration configuration) {
        return files(configuration.platform()).stream()
                .skip(1)
                .map(file -> library.resolveSibling(file.name()))
                .toList()
                .reversed();
    }

    /**
     * The lines of openblas.sha256 for a platform, the library first, and each before what it needs in turn. They are
     * what sha256sum prints for the unpacked jars in org/bytedeco/openblas; a new version of the dependency needs new
     * ones.
     */
    private static List<NativeFile> files(String platform) {
        try (InputStream table = BundledLibrary.class.getResourceAsStream("openblas.sha256")) {
            if (table == null) {
                throw new IllegalStateException("openblas.sha256 is not in the module");
            }
            String prefix = platform + "/";
            return new String(table.readAllBytes(), US_ASCII)
                    .lines()
                    .map(line -> line.split("  ", 2))
                    .filter(columns -> columns[1].startsWith(prefix))
                    .map(columns -> new NativeFile(columns[1].substring(prefix.length()), columns[0]))
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void createPrivateFolder(Path cache, Path folder) throws IOException, UnusableLibraryException {
        if (!cache.isAbsolute()) {
            throw new UnusableLibraryException("this user has no home folder to unpack it into");
        }
        Files.createDirectories(cache);
        Files.createDirectories(folder, PRIVATE_FOLDER);
        if (!POSIX) {
            return;
        }
        UserPrincipal user = currentUser();
        Path level = cache;
        for (Path name : cache.relativize(folder)) {
            level = level.resolve(name);
            var attributes = Files.readAttributes(level, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!attributes.isDirectory()) {
                throw new UnusableLibraryException("the cache folder " + level + " is not a folder of its own");
            }
            if (!attributes.owner().equals(user)) {
                throw new UnusableLibraryException("the cache folder " + level + " belongs to "
                        + attributes.owner().getName() + ", not to " + user.getName());
            }
            if (attributes.permissions().stream().anyMatch(WRITABLE_BY_OTHERS::contains)) {
                throw new UnusableLibraryException("the cache folder " + level
                        + " can be written to by others, remove it or" + " run chmod go-w on it");
            }
        }
    }

    /** The owner of a fresh file: the user name that Java knows is missing in a container with an unnamed user. */
    private static UserPrincipal currentUser() throws IOException {
        Path file = Files.createTempFile("handgrad", null);
        try {
            return Files.getOwner(file);
        } finally {
            Files.delete(file);
        }
    }

    private static boolean isIntact(Path path, NativeFile file) throws IOException {
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (var digest = new DigestOutputStream(OutputStream.nullOutputStream(), sha256())) {
            Files.copy(path, digest);
            return file.sha256().equals(hex(digest));
        }
    }

    private static void write(String platform, NativeFile file, Path path)
            throws IOException, UnusableLibraryException {
        String resource = "org/bytedeco/openblas/" + platform + "/" + file.name();
        try (InputStream content = ClassLoader.getSystemResourceAsStream(resource)) {
            if (content == null) {
                throw new UnusableLibraryException(resource
                        + " is not on the class path, add org.bytedeco:openblas with the classifier " + platform);
            }
            // Created anew and readable by this user alone, so nobody can have prepared or opened it.
            Path fresh = Files.createTempFile(path.getParent(), file.name(), ".part");
            try {
                try (var copy = new DigestOutputStream(Files.newOutputStream(fresh), sha256())) {
                    content.transferTo(copy);
                    if (!file.sha256().equals(hex(copy))) {
                        throw new UnusableLibraryException(
                                resource + " is not the file that this version was tested with");
                    }
                }
                Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(fresh);
            }
        }
    }

    private static String hex(DigestOutputStream stream) {
        return HexFormat.of().formatHex(stream.getMessageDigest().digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException failure) {
            throw new IllegalStateException("every Java platform has SHA-256", failure);
        }
    }
}
