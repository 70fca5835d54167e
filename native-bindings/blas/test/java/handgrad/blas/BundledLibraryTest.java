package handgrad.blas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class BundledLibraryTest {
    @TempDir
    private Path cache;

    private Configuration configuration;

    @BeforeEach
    void configure() {
        configuration = Configurations.bundled(cache);
    }

    @Test
    void unpacksTheLibraryOfTheJar() throws Exception {
        assertIsTheOneOfTheJar(BundledLibrary.unpack(configuration));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void nobodyElseCanReadOrWriteIt() throws Exception {
        Path library = BundledLibrary.unpack(configuration);

        assertThat(permissions(library.resolveSibling(""))).isEqualTo("rwx------");
        assertThat(permissions(cache.resolve("handgrad"))).isEqualTo("rwx------");
        assertThat(permissions(library)).isEqualTo("rw-------");
    }

    @Test
    void leavesWhatIsIntact() throws Exception {
        Path library = BundledLibrary.unpack(configuration);
        var before = Files.getLastModifiedTime(library);
        var key = Files.readAttributes(library, "*").get("fileKey");

        BundledLibrary.unpack(configuration);

        assertThat(Files.getLastModifiedTime(library)).isEqualTo(before);
        assertThat(Files.readAttributes(library, "*").get("fileKey")).isEqualTo(key);
    }

    @Test
    void replacesAChangedFile() throws Exception {
        Path library = BundledLibrary.unpack(configuration);
        byte[] content = Files.readAllBytes(library);
        content[content.length / 2] ^= 1;
        Files.write(library, content);

        assertIsTheOneOfTheJar(BundledLibrary.unpack(configuration));
    }

    @Test
    void replacesAFileThatWasCutShort() throws Exception {
        Path library = BundledLibrary.unpack(configuration);
        Files.write(library, new byte[100]);

        assertIsTheOneOfTheJar(BundledLibrary.unpack(configuration));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void replacesALink() throws Exception {
        Path library = BundledLibrary.unpack(configuration);
        Path elsewhere = Files.move(library, cache.resolve("elsewhere"));
        Files.createSymbolicLink(library, elsewhere);

        BundledLibrary.unpack(configuration);

        assertThat(library).isRegularFile();
        assertThat(Files.isSymbolicLink(library)).isFalse();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void refusesAFolderThatOthersCanWriteTo() throws IOException {
        Path folder = Files.createDirectory(cache.resolve("handgrad"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwx---"));

        assertRefused("the cache folder " + folder + " can be written to by others, remove it or run chmod go-w on it");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void refusesAFolderOfSomeoneElse() throws IOException {
        Path folder = Files.createDirectory(cache.resolve("handgrad"));
        var users = folder.getFileSystem().getUserPrincipalLookupService();
        var me = Files.getOwner(folder);
        assumeTrue(me.getName().equals("root"), "only root can give a folder away");
        Files.setOwner(folder, users.lookupPrincipalByName("nobody"));

        assertRefused("the cache folder " + folder + " belongs to nobody, not to root");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void refusesAFolderThatIsALink() throws IOException {
        Path elsewhere = Files.createDirectory(cache.resolve("elsewhere"));
        Path folder = Files.createSymbolicLink(cache.resolve("handgrad"), elsewhere);

        assertRefused("the cache folder " + folder + " is not a folder of its own");
    }

    @Test
    void saysThatItCannotUnpack() throws IOException {
        Path file = Files.createFile(cache.resolve("file"));

        assertThatThrownBy(() -> BundledLibrary.unpack(Configurations.bundled(file)))
                .isInstanceOf(UnusableLibraryException.class)
                .hasMessageStartingWith("it cannot be unpacked into " + file)
                .hasMessageContaining("FileAlreadyExistsException");
    }

    @Test
    void neverUnpacksIntoTheCurrentFolder() {
        configuration = Configurations.bundled(Path.of("?", ".cache"));

        assertRefused("this user has no home folder to unpack it into");
    }

    @Test
    void saysThatThereIsNoneForAPlatform() {
        assertThatThrownBy(() -> BundledLibrary.unpack(new Configuration(null, null, "plan9-mips", cache, null)))
                .isInstanceOf(UnusableLibraryException.class)
                .hasMessage("there is none for plan9-mips");
    }

    /** The jars of other platforms are not on the class path of this one. */
    @Test
    void saysThatTheJarIsMissing() {
        String other = configuration.platform().equals("windows-x86_64") ? "macosx-arm64" : "windows-x86_64";

        assertThatThrownBy(() -> BundledLibrary.unpack(new Configuration(null, null, other, cache, null)))
                .isInstanceOf(UnusableLibraryException.class)
                .hasMessageContaining(
                        "is not on the class path, add org.bytedeco:openblas with the classifier " + other);
    }

    @Test
    void threadsAndProcessesCanUnpackAtTheSameTime() throws Exception {
        var environment =
                Map.of("XDG_CACHE_HOME", cache.toString(), "LOCALAPPDATA", cache.toString(), "HANDGRAD_BLAS", "");
        var processes = List.of(
                ChildJvm.start(DescriptionProgram.class, environment),
                ChildJvm.start(DescriptionProgram.class, environment));
        Callable<Path> unpack = () -> BundledLibrary.unpack(configuration);
        var paths = new ArrayList<Path>();
        try (var threads = Executors.newFixedThreadPool(4)) {
            for (Future<Path> path : threads.invokeAll(List.of(unpack, unpack, unpack, unpack))) {
                paths.add(path.get());
            }
        }
        for (var process : processes) {
            assertThat(ChildJvm.output(process)).startsWith("OpenBLAS ");
        }

        assertThat(paths).containsOnly(paths.getFirst());
        assertIsTheOneOfTheJar(paths.getFirst());
        try (var files = Files.list(paths.getFirst().resolveSibling(""))) {
            assertThat(files).noneMatch(file -> file.toString().endsWith(".part"));
        }
    }

    private void assertRefused(String reason) {
        assertThatThrownBy(() -> BundledLibrary.unpack(configuration))
                .isInstanceOf(UnusableLibraryException.class)
                .hasMessage(reason);
    }

    private void assertIsTheOneOfTheJar(Path library) throws IOException {
        String resource = "org/bytedeco/openblas/" + configuration.platform() + "/" + library.getFileName();
        try (InputStream content = ClassLoader.getSystemResourceAsStream(resource)) {
            assertThat(content).isNotNull();
            assertThat(library).hasBinaryContent(content.readAllBytes());
        }
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
