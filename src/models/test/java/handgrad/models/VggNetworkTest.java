package handgrad.models;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.data.GlyphImages;
import handgrad.data.ImageSplit;
import handgrad.nn.BatchNorm2d;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Sequential;
import handgrad.optim.Sgd;
import handgrad.random.TorchRandom;
import handgrad.tensor.Backend;
import handgrad.tensor.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class VggNetworkTest {
    private static final int WIDTH = 8;

    private final TorchRandom random = TorchRandom.seeded(1);
    private final ImageSplit glyphs = GlyphImages.split(2_000, 500, random);
    private final int threads = Backend.threads();

    @AfterEach
    void restoreThreads() {
        Backend.setThreads(threads);
    }

    private void train(Sequential model, int steps, double lr) {
        var loss = new CrossEntropyLoss();
        var sgd = new Sgd(model.parameters());
        for (int step = 0; step < steps; step++) {
            var batch = glyphs.train().batch(32, random);
            loss.forward(model.forward(batch.x()), batch.y());
            sgd.zeroGrad();
            model.backward(loss.backward());
            sgd.step(lr);
        }
    }

    private double accuracy(Sequential model) {
        model.train(false);
        var test = glyphs.test().images(0, glyphs.test().size());
        var said = model.forward(test.x()).argmax(1);
        int right = 0;
        for (int i = 0; i < test.y().size(0); i++) {
            right += said.get(i) == test.y().get(i) ? 1 : 0;
        }
        return (double) right / test.y().size(0);
    }

    @Test
    void learns_the_glyphs_with_batch_norm() {
        var model = VggNetwork.batchNorm(glyphs.train(), WIDTH, random);
        train(model, 150, 0.1);
        assertThat(accuracy(model)).isGreaterThan(0.95);
    }

    @Test
    void learns_the_glyphs_without_normalisation() {
        var model = VggNetwork.plain(glyphs.train(), WIDTH, random);
        train(model, 300, 0.1);
        assertThat(accuracy(model)).isGreaterThan(0.9);
    }

    @Test
    void has_the_layers_it_says() {
        var plain = VggNetwork.plain(glyphs.train(), VggNetwork.WIDTH, random);
        assertThat(plain.forward(glyphs.test().images(0, 3).x()).shape()).isEqualTo(Shape.of(3, 10));
        // 9·(32 + 32² + 32·64 + 64² + 64·128) weights, 320 biases, and 1152·10 + 10 for the classes.
        assertThat(plain.parameterCount()).isEqualTo(9 * (32 + 1024 + 2048 + 4096 + 8192) + 320 + 11_530);
        var normalized = VggNetwork.batchNorm(glyphs.train(), VggNetwork.WIDTH, random);
        assertThat(normalized.layers())
                .filteredOn(BatchNorm2d.class::isInstance)
                .hasSize(5);
        assertThat(normalized.parameterCount()).isEqualTo(plain.parameterCount() + 320);
    }

    @Test
    void equal_seeds_give_equal_bits_at_any_number_of_threads() {
        Backend.setThreads(1);
        var one = trained();
        for (int count = 2; count <= 3; count++) {
            Backend.setThreads(count);
            assertThat(trained().stateDict()).as(count + " threads").isEqualTo(one.stateDict());
        }
    }

    private Sequential trained() {
        var own = TorchRandom.seeded(5);
        var model = VggNetwork.batchNorm(glyphs.train(), WIDTH, own);
        var loss = new CrossEntropyLoss();
        var sgd = new Sgd(model.parameters());
        for (int step = 0; step < 3; step++) {
            var batch = glyphs.train().batch(40, own);
            loss.forward(model.forward(batch.x()), batch.y());
            sgd.zeroGrad();
            model.backward(loss.backward());
            sgd.step(0.1);
        }
        return model;
    }
}
