package handgrad.app.report;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.data.Names;
import handgrad.models.LectureModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MarksTest {
    @TempDir
    private Path folder;

    @Test
    void says_in_which_part_a_name_stands_and_names_train_first() throws IOException {
        var names = read("emma\nolivia\nava\nisabella\nsophia\ncharlotte\nmia\namelia\nharper\nevelyn\n");
        var split = names.split(42);
        var marks = Marks.of(LectureModel.MLP, names, split);
        assertMarked(marks, split.train().words(), "in train");
        assertMarked(marks, split.dev().words(), "in dev");
        assertMarked(marks, split.test().words(), "in test");
        assertThat(marks.mark("zoe")).isEqualTo(new SampledName("zoe", "new"));
        assertThat(marks.mark("")).isEqualTo(new SampledName("", "new"));
        names = read("ann\nann\nann\nann\nann\nann\n");
        assertThat(Marks.of(LectureModel.MLP, names, names.split(42))
                        .mark("ann")
                        .mark())
                .isEqualTo("in train");
    }

    @Test
    void a_bigram_has_learned_from_all_names() throws IOException {
        var names = read("emma\nolivia\nava\nisabella\nsophia\ncharlotte\n");
        assertMarked(Marks.of(LectureModel.BIGRAM, names, names.split(42)), names.words(), "in train");
    }

    private static void assertMarked(Marks marks, List<String> words, String mark) {
        assertThat(words).isNotEmpty().allMatch(word -> marks.mark(word).equals(new SampledName(word, mark)));
    }

    private Names read(String text) throws IOException {
        return Names.read(Files.writeString(folder.resolve("names.txt"), text));
    }
}
