package handgrad.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import handgrad.data.Names;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Layer;
import handgrad.optim.Optimizer;
import handgrad.random.TorchRandom;
import handgrad.testing.LectureNames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The logs of makemore.py (karpathy/makemore) on its names.txt with its defaults, as PyTorch 1.13 gives them with one
 * thread: makemore.csv has the printed losses of every tenth step.
 */
class MakemoreLogTest {
    /** The losses on train and test that it prints at step 500. */
    private static final Map<String, List<Double>> EVALUATED = Map.of(
            "makemore-bigram", List.of(3.117291, 3.115145),
            "makemore-mlp", List.of(2.271431, 2.254472),
            "makemore-rnn", List.of(2.280468, 2.275990),
            "makemore-gru", List.of(2.289264, 2.268284),
            "makemore-bow", List.of(2.340780, 2.314927),
            "makemore-transformer", List.of(2.213157, 2.197079));

    /** The words that it prints at step 200: those of train first, then those of test. */
    private static final Map<String, List<String>> SAMPLED = Map.of(
            "makemore-rnn",
            List.of("aryah", "shdotar", "oziyen", "vophik", "kormas", "ple", "harienb", "nuahdn", "saden", "mrodoriey"),
            "makemore-bow",
            List.of("md", "madabri", "riden", "evsyyeela", "ldegeyn", "sisonan", "aihty", "teyao", "ahllano", "bamin"));

    private static final int EVALUATE_EVERY = 500;
    private static final int SAMPLE_EVERY = 200;
    private static final int TENTH = 10;

    /** A training in the order of the program, with what it would print. */
    private static final class Log {
        private final TorchRandom random = TorchRandom.seeded(MakemoreModel.SEED);
        private final MakemoreSplit split;
        private final Layer model;
        private final Optimizer optimizer;
        private final MakemoreBatches batches;
        private final CrossEntropyLoss loss = new CrossEntropyLoss();
        private final List<Double> losses = new ArrayList<>();
        private final List<Double> evaluated = new ArrayList<>();
        private final List<List<String>> sampled = new ArrayList<>();

        Log(MakemoreModel kind) throws IOException {
            split = MakemoreSplit.of(Names.read(LectureNames.file()), random);
            model = kind.build(MakemoreOptions.MAKEMORE, random);
            optimizer = MakemoreModel.optimizer(model.parameters(), MakemoreModel.WEIGHT_DECAY);
            batches = new MakemoreBatches(split.train(), MakemoreModel.BATCH_SIZE, random);
        }

        private List<String> inOrder(List<String> words) {
            return words.stream()
                    .sorted(Comparator.comparing(
                                    (String word) -> !split.train().words().contains(word))
                            .thenComparing(word -> !split.test().words().contains(word)))
                    .toList();
        }

        void run(int last) {
            for (int step = 0; step <= last; step++) {
                var batch = batches.next();
                losses.add(loss.forward(model.forward(batch.x()), batch.y()));
                optimizer.zeroGrad();
                model.backward(loss.backward());
                optimizer.step(MakemoreModel.LEARNING_RATE);
                if (step > 0 && step % EVALUATE_EVERY == 0) {
                    evaluated.add(MakemoreEvaluation.sampled(model, split.train(), MakemoreEvaluation.BATCHES, random));
                    evaluated.add(MakemoreEvaluation.sampled(model, split.test(), MakemoreEvaluation.BATCHES, random));
                    model.train(true);
                }
                if (step > 0 && step % SAMPLE_EVERY == 0) {
                    int length = split.train().blockSize() - 1;
                    sampled.add(
                            inOrder(new MakemoreSampler(model, split.train().alphabet(), length).words(10, random)));
                    model.train(true);
                }
            }
        }
    }

    private static double printed(MakemoreModel kind, int step) throws IOException {
        try (var file = Objects.requireNonNull(MakemoreLogTest.class.getResourceAsStream("makemore.csv"))) {
            var lines = new String(file.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .toList();
            int column = Arrays.asList(lines.getFirst().split(",", -1)).indexOf(kind.title());
            var row = lines.get(1 + step / TENTH).split(",", -1);
            assertThat(row[0]).isEqualTo(Integer.toString(step));
            return Double.parseDouble(row[column]);
        }
    }

    private static void assertPrinted(MakemoreModel kind, Log log, int last) throws IOException {
        for (int step = 0; step <= last; step += TENTH) {
            assertThat(log.losses.get(step))
                    .as("%s, step %d", kind.title(), step)
                    .isCloseTo(printed(kind, step), within(step <= 100 ? 0.00006 : 0.002));
        }
    }

    @ParameterizedTest
    @EnumSource
    void the_first_losses_are_those_of_the_program(MakemoreModel kind) throws IOException {
        var log = new Log(kind);
        log.run(20);
        assertPrinted(kind, log, 20);
    }

    @ParameterizedTest
    @EnumSource
    @Tag("long")
    void losses_and_words_are_those_of_the_program(MakemoreModel kind) throws IOException {
        var log = new Log(kind);
        log.run(500);
        assertPrinted(kind, log, 500);
        var evaluated = Objects.requireNonNull(EVALUATED.get(kind.title()));
        assertThat(log.evaluated.get(0)).isCloseTo(evaluated.get(0), within(0.002));
        assertThat(log.evaluated.get(1)).isCloseTo(evaluated.get(1), within(0.002));
        assertThat(log.sampled).hasSize(2);
        var words = SAMPLED.get(kind.title());
        if (words != null) {
            assertThat(log.sampled.getFirst()).isEqualTo(words);
        }
    }
}
