package handgrad.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import handgrad.data.Alphabet;
import handgrad.data.Names;
import handgrad.data.WordDataset;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Embedding;
import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MakemoreDataTest {
    private static final List<String> WORDS =
            List.of("ada", "bea", "cleo", "dan", "eve", "finn", "gus", "hal", "ida", "jo", "kim", "lea");

    @TempDir
    private Path folder;

    private Names names(List<String> words) throws IOException {
        return Names.read(Files.write(folder.resolve("names.txt"), words));
    }

    @Test
    void the_last_tenth_of_a_permutation_is_for_test() throws IOException {
        var split = MakemoreSplit.of(names(WORDS), TorchRandom.seeded(3));
        int[] order = TorchRandom.seeded(3).randperm(12);
        assertThat(split.test().words()).containsExactly(WORDS.get(order[11]));
        assertThat(split.train().words().getFirst()).isEqualTo(WORDS.get(order[0]));
        var all = new ArrayList<>(split.train().words());
        all.addAll(split.test().words());
        assertThat(all).containsExactlyInAnyOrderElementsOf(WORDS);
        assertThat(split.train().blockSize()).isEqualTo(5);
    }

    @Test
    void test_has_a_thousand_words_at_most() {
        var split = MakemoreSplit.of(Names.bundled(), TorchRandom.seeded(3));
        assertThat(split.test().size()).isEqualTo(1000);
        assertThat(split.train().size()).isEqualTo(Names.bundled().words().size() - 1000);
    }

    @Test
    void refuses_words_too_few_for_a_test() throws IOException {
        var nine = names(WORDS.subList(0, 9));
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> MakemoreSplit.of(nine, TorchRandom.seeded(3)))
                .withMessage("MakemoreSplit: a tenth of the words is for test, so there must be at least 10, there are"
                        + " 9");
    }

    @Test
    void batches_go_on_from_the_state_of_their_generator() throws IOException {
        var train = MakemoreSplit.of(names(WORDS), TorchRandom.seeded(3)).train();
        var batches = new MakemoreBatches(train, 5, TorchRandom.seeded(4));
        batches.next();
        var other = new MakemoreBatches(train, 5, TorchRandom.seeded(9));
        other.generator().setState(batches.generator().state());
        for (int i = 0; i < 20; i++) {
            var batch = batches.next();
            assertThat(other.next().x()).isEqualTo(batch.x());
        }
    }

    /** Over fewer words than eleven batches have, both are means over all of them. */
    @Test
    void the_whole_is_the_mean_over_every_prediction() {
        var table = Tensor.randn(TorchRandom.seeded(1), 27, 27);
        var model = new Embedding(table);
        var alike = new WordDataset(List.of("abc", "bcd", "xyz"), Alphabet.A_TO_Z, 6);
        var loss = new CrossEntropyLoss().forward(model.forward(alike.x()), alike.y());
        assertThat(MakemoreEvaluation.whole(model, alike)).isCloseTo(loss, within(1e-6));
        assertThat(MakemoreEvaluation.sampled(model, alike, 11, TorchRandom.seeded(2)))
                .isCloseTo(loss, within(1e-6));

        var many = new WordDataset(Names.bundled().words().subList(0, 250), Alphabet.A_TO_Z, 16);
        assertThat(MakemoreEvaluation.whole(model, many))
                .isCloseTo(new CrossEntropyLoss().forward(model.forward(many.x()), many.y()), within(1e-5));
    }

    @Test
    void an_evaluation_draws_two_numbers_however_many_batches_it_has() throws IOException {
        var train = MakemoreSplit.of(names(WORDS), TorchRandom.seeded(3)).train();
        var model = new Embedding(Tensor.zeros(27, 27));
        var random = TorchRandom.seeded(5);
        MakemoreEvaluation.sampled(model, train, 11, random);
        var expected = TorchRandom.seeded(5);
        expected.random64();
        expected.random64();
        assertThat(random.state()).isEqualTo(expected.state());
    }

    /** A table that says for certain what follows: a, then b, then the end. */
    @Test
    void a_word_ends_before_its_end() {
        var table = Tensor.full(-1e4, 27, 27);
        table.set(0, 0, 1);
        table.set(0, 1, 2);
        table.set(0, 2, 0);
        var sampler = new MakemoreSampler(new Embedding(table), Alphabet.A_TO_Z, 7);
        assertThat(sampler.words(2, TorchRandom.seeded(1))).containsExactly("ab", "ab");
        assertThat(new MakemoreSampler(new Embedding(table), Alphabet.A_TO_Z, 1).words(1, TorchRandom.seeded(1)))
                .containsExactly("a");
    }
}
