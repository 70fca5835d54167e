package handgrad.app.study.trigram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import handgrad.data.Names;
import handgrad.models.Counts;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Embedding;
import handgrad.nn.FlattenConsecutive;
import handgrad.nn.Sequential;
import handgrad.optim.Sgd;
import handgrad.tensor.DType;
import handgrad.tensor.Tensor;
import handgrad.testing.LectureNames;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class NgramTest {
    /** The steps on the counts beside those of the engine's layers on the rows. */
    @Test
    void the_network_on_the_counts_is_the_network_on_the_rows() {
        var data = Names.bundled().split(42, 1).dev();
        var ngram = Ngram.network(Counts.of(data), 0, 20);
        var network = new Sequential(new Embedding(Tensor.zeros(27, 27)), new FlattenConsecutive(1));
        network.to(DType.FLOAT64);
        var loss = new CrossEntropyLoss();
        var sgd = new Sgd(network.parameters());
        for (int step = 0; step < 20; step++) {
            loss.forward(network.forward(data.x()), data.y());
            sgd.zeroGrad();
            network.backward(loss.backward());
            sgd.step(50);
        }
        assertThat(ngram.loss(Counts.of(data)))
                .isCloseTo(loss.forward(network.forward(data.x()), data.y()), within(1e-9));
    }

    @Test
    void a_penalty_pulls_the_table_towards_the_uniform_one() {
        var counts = Counts.of(Names.bundled().split(42, 1).dev());
        double free = Ngram.network(counts, 0, 200).loss(counts);
        double held = Ngram.network(counts, 0.1, 200).loss(counts);
        assertThat(held).isBetween(free + 0.01, Math.log(27));
    }

    @Test
    void the_trigram_is_better_than_the_bigram_on_dev_and_needs_more_care() throws IOException {
        var kinds = TrigramCommand.kinds(Names.read(LectureNames.file()), 300);
        var bigram = kinds.get(0);
        var trigram = kinds.get(1);
        assertThat(bigram.dev()).isCloseTo(2.4530, within(5e-4));
        assertThat(trigram.dev()).isCloseTo(2.2225, within(5e-4));
        assertThat(trigram.dev() - trigram.train()).isGreaterThan(bigram.dev() - bigram.train());
        assertThat(kinds.get(2).dev()).isCloseTo(bigram.dev(), within(0.01));
        assertThat(kinds.get(3).dev()).isBetween(trigram.dev(), bigram.dev());
    }
}
