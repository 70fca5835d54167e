package handgrad.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Tag("no-kernel")
class InputFileTest {
    @TempDir
    private Path folder;

    private static void assertRefused(Path file, String problem) {
        assertThatExceptionOfType(UnreadableFileException.class)
                .isThrownBy(() -> InputFile.text(file, "a table", 1 << 20))
                .withMessage(problem);
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("file"), text);
    }

    @Test
    void reads_bytes_and_text() throws IOException {
        assertThat(InputFile.bytes(file(""), "a table", 0)).isEmpty();
        assertThat(InputFile.text(file("größe\n"), "a table", 8)).isEqualTo("größe\n");
        assertThat(InputFile.text(file("\ufeffa\ufeff"), "a table", 8)).isEqualTo("a\ufeff");
        byte[] large = new byte[(5 << 20) / 2];
        large[large.length - 1] = 7;
        var written = Files.write(folder.resolve("large"), large);
        assertThat(InputFile.bytes(written, "a table", 3 << 20)).isEqualTo(large);
    }

    @Test
    void refuses_more_than_the_limit_without_reading_it() throws IOException {
        try (var sparse = new RandomAccessFile(file("").toFile(), "rw")) {
            sparse.setLength(1L << 40);
        }
        assertRefused(folder.resolve("file"), "is larger than 1 MiB, the most that a table may have");
        assertThatExceptionOfType(UnreadableFileException.class)
                .isThrownBy(() -> InputFile.bytes(file("1234"), "a table", 3))
                .withMessage("is larger than 3 bytes, the most that a table may have");
    }

    @Test
    void names_the_line_that_is_not_utf8() throws IOException {
        var file = Files.write(folder.resolve("file"), "a\né\n".getBytes(StandardCharsets.ISO_8859_1));
        assertRefused(file, "line 2 is not UTF-8 text; save the file in UTF-8");
    }

    @Test
    void refuses_what_is_no_file() throws IOException {
        assertRefused(folder, "is a folder, not a table");
        assertRefused(folder.resolve("none"), "there is no such file");
        assertRefused(file("").resolve("below"), "there is no such file");
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void refuses_what_may_never_end() throws Exception {
        assertRefused(Path.of("/dev/zero"), "is a device, a pipe or a socket, not a table");
        var pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        assertRefused(pipe, "is a device, a pipe or a socket, not a table");
        var socket = folder.resolve("socket");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            assertRefused(socket, "is a device, a pipe or a socket, not a table");
        }
    }
}
