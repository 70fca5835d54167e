package handgrad.app.train;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.app.CommandResult;
import handgrad.data.Alphabet;
import handgrad.io.Safetensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Names of many alphabets are trained on, saved, read and sampled. */
class AlphabetsTest {
    @TempDir
    private Path folder;

    /** Ten names of each alphabet; accents are written with marks of their own in some, to be composed. */
    enum Script {
        GREEK("Ελένη Γιώργος Μαρία Νίκος Σοφία Δημήτρης Αθηνά Παναγιώτης Χρύσα Ζωή"),
        CYRILLIC("Юлия Дмитрий Ольга Щукарь Фёдор Їжак Анастасия Георги Милица Жанна"),
        ARABIC("يوسف فاطمة محمد عائشة عمر زينب علي مریم نور خالد"),
        HEBREW("דוד שרה יוסף רחל משה לאה אברהם רבקה נועם תמר"),
        DEVANAGARI("मीरा अर्जुन प्रिया कृष्ण लक्ष्मी राधा विक्रम अनन्या श्रुति देव"),
        HANGUL("지우 서준 하은 민준 서연 도윤 지민 예준 수아 은우"),
        KANJI_AND_KANA("陽翔 さくら 蓮 ユウト 美咲 大翔 葵 ハルカ 結衣 湊"),
        LATIN("Zoë José Jean-Luc O'Brien Mary_Ann Đặng Łukasz Åsa Franc\u0327ois R2-D2"),
        EMOJI("😀😁 😁 👩\u200d🚀 😀😀 🚀 a😀 😁😁😁 👩 🚀🚀 😀🚀");

        private final String names;

        Script(String names) {
            this.names = names.replace(' ', '\n').replace('_', ' ');
        }
    }

    @ParameterizedTest
    @EnumSource
    void names_of_each_alphabet_are_trained_on_saved_and_sampled(Script script) throws Exception {
        check(script, script == Script.LATIN || script == Script.EMOJI);
    }

    @ParameterizedTest
    @EnumSource
    @Tag("long")
    void so_they_are_in_a_locale_of_ascii(Script script) throws Exception {
        check(script, true);
    }

    private void check(Script script, boolean alsoInAscii) throws Exception {
        var data = Files.writeString(folder.resolve("names.txt"), script.names + "\n");
        var run = folder.resolve("run");
        var trained = CommandResult.of(
                "train",
                "--steps",
                "40",
                "--hidden",
                "16",
                "--embedding",
                "2",
                "--report",
                "--data",
                "" + data,
                "--out",
                "" + run);
        assertThat(trained.err()).isEmpty();
        assertThat(trained.code()).isZero();

        var alphabet = new RunFolder(run).options().alphabet();
        assertThat(alphabet.characters().codePoints()).isSorted();
        assertThat(trained.out())
                .contains("symbols  " + alphabet.size() + ": ." + alphabet.characters() + "\n")
                .contains("No lecture has these names, so there is no loss of its to compare with.\n")
                .doesNotContain("   lecture");
        var weights = Safetensors.read(run.resolve("model.safetensors"));
        assertThat(weights.metadata()).containsEntry("alphabet", alphabet.characters());
        assertThat(weights.tensors().get("0.weight"))
                .satisfies(table -> assertThat(table.size(0)).isEqualTo(alphabet.size()));
        assertThat(run.resolve("report.html"))
                .content()
                .contains("\"columns\":[\"part\",\"loss\"]")
                .doesNotContain("\"lecture\"")
                .doesNotContain("counted bigrams");

        var sampled = CommandResult.of("sample", "--run", "" + run, "-n", "30");
        assertThat(sampled.err()).isEmpty();
        assertThat(sampled.out().lines()).hasSize(30);
        assertThat(sampled.out().replace("\n", "").codePoints()).allMatch(alphabet::contains);
        if (alsoInAscii) {
            assertThat(inAnotherProcess("sample", "--run", "" + run, "-n", "30"))
                    .isEqualTo(sampled);
        }
        var marked = CommandResult.of("sample", "--run", "" + run, "-n", "30", "--marks");
        assertThat(marked.out().replaceAll("\t(in train|in dev|in test|new)\n", "\n"))
                .isEqualTo(sampled.out());
    }

    @Test
    void anAccentOfItsOwnIsComposed() throws IOException {
        var data = Files.writeString(folder.resolve("names.txt"), Script.LATIN.names);
        CommandResult.of("train", "--steps", "1", "--data", "" + data, "--out", "" + folder.resolve("run"));
        assertThat(new RunFolder(folder.resolve("run")).options().alphabet())
                .isEqualTo(Alphabet.of("ZoëJséJean-LucO'BrienMary AnnĐặngŁukaszÅsaFrançoisR2-D2"));
    }

    /** A name with a space is one name of a list: commas stand between the names then. */
    @Test
    void namesWithSpacesAreSetApartByCommas() throws IOException {
        var data = Files.writeString(folder.resolve("names.txt"), "a a\n".repeat(10));
        var trained = CommandResult.of(
                "train", "--steps", "200", "--hidden", "8", "--data", "" + data, "--out", "" + folder.resolve("run"));
        assertThat(trained.out()).contains(" a a, a a, ").contains("\nin train: a a, a a, ");
    }

    /** A locale of ASCII alone does not turn names into question marks. */
    private static CommandResult inAnotherProcess(String... arguments) throws Exception {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--module-path",
                System.getProperty("jdk.module.path"),
                "--class-path",
                System.getProperty("java.class.path"),
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=handgrad.blas",
                "--module",
                "handgrad.app/handgrad.app.Main"));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("LC_ALL", "C");
        var process = builder.start();
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new CommandResult(process.waitFor(), out, "");
    }
}
