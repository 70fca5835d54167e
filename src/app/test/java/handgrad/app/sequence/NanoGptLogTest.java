package handgrad.app.sequence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import handgrad.nn.Collective;
import handgrad.random.TorchRandom;
import handgrad.testing.LectureNames;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What nanoGPT prints on tinyshakespeare.txt with its README's options for a CPU, and {@code --eval_iters=20
 * --eval_interval=250 --lr_decay_iters=2000}, on PyTorch 1.13.
 */
class NanoGptLogTest {
    private final SequenceTrainer trainer;
    private final SequenceTask task;

    NanoGptLogTest() {
        var file = LectureNames.file().resolveSibling("tinyshakespeare.txt");
        assumeTrue(Files.exists(file), "tinyshakespeare.txt is missing; put it beside names.txt");
        var model = new GptModel();
        var options = model.completed(SequenceOptions.defaults(model).with(Setting.DATA, file.toString()));
        var data = model.data(options, "--data");
        var all = options.withAlphabet(data.alphabet());
        var random = TorchRandom.seeded(all.seed());
        var network = model.build(all, random);
        task = data.task(all, network, random);
        trainer = new SequenceTrainer(all, network, task, data.symbols().size(), Collective.single());
    }

    private List<Double> losses(int steps) {
        var losses = new ArrayList<Double>();
        for (int i = 0; i < steps; i++) {
            losses.add(trainer.next().loss());
        }
        return losses;
    }

    private static String fourDecimals(double loss) {
        return String.format(Locale.ROOT, "%.4f", loss);
    }

    @Test
    void the_first_iterations_are_those_of_nano_gpt() {
        var estimate = task.estimate();
        assertThat(estimate.entrySet().stream().map(part -> part.getKey() + " " + fourDecimals(part.getValue())))
                .containsExactly("train 4.1676", "dev 4.1649");
        var losses = losses(21).stream().map(NanoGptLogTest::fourDecimals).toList();
        assertThat(losses.subList(0, 6)).containsExactly("4.1828", "4.1373", "4.1347", "4.0995", "4.0387", "3.9758");
        assertThat(losses.get(10)).isEqualTo("3.7366");
        assertThat(losses.get(20)).isEqualTo("3.5233");
    }

    @Test
    @Tag("long")
    void iteration_100_is_that_of_nano_gpt() {
        task.estimate();
        var losses = losses(101);
        Map.of(50, 2.9336, 100, 2.6635)
                .forEach((step, loss) -> assertThat(losses.get(step)).isEqualTo(loss, within(0.003)));
    }
}
