package handgrad.app.report;

import handgrad.data.Names;
import handgrad.data.Split;
import handgrad.models.LectureModel;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Says of a name whether the model has seen it: the marks of {@link SampledName}. */
public final class Marks {
    private static final String TRAIN = "in train";
    private static final String DEV = "in dev";
    private static final String TEST = "in test";

    /** The mark of a name that stands in none of the parts. */
    public static final String NEW = "new";

    /** The marks there are. */
    public static final List<String> ALL = List.of(TRAIN, DEV, TEST, NEW);

    private final Map<String, Set<String>> seen = new LinkedHashMap<>();

    private Marks() {}

    /** The marks for a model that learned from the training names of a split; from them all, if it is a bigram. */
    public static Marks of(LectureModel model, Names names, Split split) {
        var marks = new Marks();
        marks.add(TRAIN, model.isBigram() ? names.words() : split.train().words());
        marks.add(DEV, split.dev().words());
        marks.add(TEST, split.test().words());
        return marks;
    }

    /** The marks for a model that learned from the first of two parts. */
    public static Marks of(List<String> train, List<String> test) {
        var marks = new Marks();
        marks.add(TRAIN, train);
        marks.add(TEST, test);
        return marks;
    }

    private void add(String mark, List<String> words) {
        seen.put(mark, new HashSet<>(words));
    }

    /** The name with its mark, the first that applies: a name that stands in train and in dev is in train. */
    public SampledName mark(String name) {
        return seen.entrySet().stream()
                .filter(part -> part.getValue().contains(name))
                .findFirst()
                .map(part -> new SampledName(name, part.getKey()))
                .orElse(new SampledName(name, NEW));
    }
}
