package handgrad.app.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder through a tar file and the system's tar, and through a zip. */
class TarFolderTest {
    @TempDir
    private Path folder;

    private Path made;

    @BeforeEach
    void makeFolder() throws IOException {
        made = folder.resolve("an image");
        var deep = Files.createDirectories(made.resolve("l".repeat(80)).resolve("o".repeat(60)));
        Files.writeString(deep.resolve("n".repeat(99)), "long");
        Files.writeString(made.resolve("empty"), "");
        Files.write(made.resolve("block"), new byte[512]);
        Files.write(made.resolve("more"), new byte[513]);
        Files.writeString(made.resolve("grüße"), "hello");
        var script = Files.writeString(made.resolve("run"), "#!/bin/sh\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        Files.createSymbolicLink(made.resolve("link"), Path.of("empty"));
        Files.createDirectory(made.resolve("no files"));
    }

    @Test
    void theSystemsTarGetsTheSameFilesOut() throws Exception {
        var file = folder.resolve("an image.tar.gz");
        TarFolder.write(made, file);
        var out = Files.createDirectory(folder.resolve("out"));
        var tar = new ProcessBuilder("tar", "-xzf", file.toString(), "-C", out.toString())
                .redirectErrorStream(true)
                .start();
        assertThat(new String(tar.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEmpty();
        assertThat(tar.waitFor()).isZero();
        assertThat(content(out.resolve("an image"))).isEqualTo(content(made)).hasSize(10);
        assertThat(Files.getLastModifiedTime(out.resolve("an image/more")).toMillis() / 1000)
                .isEqualTo(Files.getLastModifiedTime(made.resolve("more")).toMillis() / 1000);
    }

    @Test
    void refusesANameThatNoTarHolds() throws Exception {
        Files.writeString(made.resolve("n".repeat(120)), "");
        assertThatThrownBy(() -> TarFolder.write(made, folder.resolve("x.tar.gz")))
                .isInstanceOf(IOException.class)
                .hasMessage("the name an image/" + "n".repeat(120) + " is too long for a tar file");
    }

    @Test
    void aZipHasTheFilesThatLinksNameAndTheFolders() throws Exception {
        var file = folder.resolve("an image.zip");
        ZipFolder.write(made, file);
        var found = new TreeMap<String, Long>();
        try (var zip = new ZipFile(file.toFile())) {
            zip.stream().forEach(entry -> found.put(entry.getName(), entry.getSize()));
        }
        assertThat(found)
                .hasSize(11)
                .containsAllEntriesOf(Map.of(
                        "an image/", 0L,
                        "an image/no files/", 0L,
                        "an image/link", 0L,
                        "an image/grüße", 5L,
                        "an image/more", 513L));
    }

    /** Each path below a folder with what is there. */
    private static Map<String, String> content(Path root) throws IOException {
        var content = new TreeMap<String, String>();
        try (var paths = Files.walk(root)) {
            for (var path : paths.filter(path -> !path.equals(root)).toList()) {
                var what = Files.isSymbolicLink(path)
                        ? "link to " + Files.readSymbolicLink(path)
                        : Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
                                ? "folder"
                                : (Files.isExecutable(path) ? "program " : "file ")
                                        + Files.readString(path, StandardCharsets.UTF_8);
                content.put(root.relativize(path).toString(), what);
            }
        }
        return content;
    }
}
