package handgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import handgrad.check.GradientCheck;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("no-kernel")
class PartsTest {
    private static final int WIDTH = 4;
    private static final int SEEDS = 100;

    private final TorchRandom random = TorchRandom.seeded(7);

    /** out = norm(b(a(x))), a layer of one's own that says what its parts are and no more. */
    private static final class Block implements Layer {
        private final Parts parts = new Parts();
        private final Linear a;
        private final Linear b;
        private final BatchNorm1d norm;

        Block(TorchRandom random) {
            a = parts.add("a", new Linear(WIDTH, WIDTH, random));
            b = parts.add("b", new Linear(WIDTH, WIDTH, random));
            norm = parts.add("norm", new BatchNorm1d(WIDTH));
        }

        @Override
        public Tensor forward(Tensor x) {
            return norm.forward(b.forward(a.forward(x)));
        }

        @Override
        public Tensor backward(Tensor dOut) {
            return a.backward(b.backward(norm.backward(dOut)));
        }

        @Override
        public Parts parts() {
            return parts;
        }
    }

    /** out = x + f(x). */
    private static final class Residual implements Layer {
        private final Parts parts = new Parts();
        private final Sequential f;

        Residual(Layer... layers) {
            f = parts.add("f", new Sequential(layers));
        }

        @Override
        public Tensor forward(Tensor x) {
            return x.add(f.forward(x));
        }

        @Override
        public Tensor backward(Tensor dOut) {
            return dOut.add(f.backward(dOut));
        }

        @Override
        public Parts parts() {
            return parts;
        }
    }

    /** logits = x · tableᵀ, with the table of an embedding. */
    private static final class TiedHead implements Layer {
        private final Parts parts = new Parts();
        private final Parameter table;
        private Tensor x = Tensor.zeros(0);

        TiedHead(Parameter table) {
            this.table = parts.tie("table", table);
        }

        @Override
        public Tensor forward(Tensor x) {
            this.x = x;
            return x.matmulTransposeB(table.value());
        }

        @Override
        public Tensor backward(Tensor dOut) {
            table.grad().addInPlace(dOut.matmulTransposeA(x));
            return dOut.matmul(table.value());
        }

        @Override
        public Parts parts() {
            return parts;
        }
    }

    @Test
    void a_layer_of_layers_has_all_that_is_in_them() {
        var block = new Block(random);
        assertThat(block.parameters()).hasSize(6);
        assertThat(block.stateDict().keySet())
                .containsExactly(
                        "a.weight",
                        "a.bias",
                        "b.weight",
                        "b.bias",
                        "norm.weight",
                        "norm.bias",
                        "norm.running_mean",
                        "norm.running_var");
        var x = Tensor.randn(random, 9, WIDTH).mul(3).add(1);
        block.forward(x);
        var other = new Block(random);
        other.loadStateDict(block.stateDict());
        for (var each : List.of(block, other)) {
            each.train(false);
            assertThat(each.norm.isTraining()).isFalse();
        }
        assertThat(other.forward(x)).isEqualTo(block.forward(x));
        block.to(DType.FLOAT64);
        assertThat(block.stateDict().values()).allMatch(tensor -> tensor.dtype() == DType.FLOAT64);
        block.train(true);
        GradientCheck.of(block).input(Shape.of(5, WIDTH)).assertPasses();
    }

    @Test
    void two_tensors_of_one_name_are_refused() {
        var parts = new Parts();
        parts.add("f", new Linear(2, 2, random));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parts.add("f", new Linear(2, 2, random)))
                .withMessage("Parts: two tensors are called f.weight; give each part its own name");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parts.add(new Parameter("f.bias", Tensor.zeros(2))))
                .withMessage("Parts: two tensors are called f.bias; give each part its own name");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parts.add(" ", new Tanh()))
                .withMessage("Parts: a part wants a name");
    }

    @Test
    void a_layer_a_parameter_and_a_tensor_have_one_place() {
        var linear = new Linear(WIDTH, WIDTH, random);
        var inner = new Sequential(linear, new Tanh());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Sequential(inner, new Sequential(new Tanh(), new Residual(linear))))
                .withMessage("Parts: 0.0 and 1.1.f.0 are one Linear; a layer keeps what its last forward needs for"
                        + " backward, so each place wants a layer of its own");
        var parts = new Parts();
        parts.add(linear.weight());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parts.add("linear", linear))
                .withMessage("Parts: weight and linear.weight are one tensor; give each a copy of its own, or let the"
                        + " second place say parts.tie(name, parameter)");
        var weight = Tensor.ones(WIDTH, WIDTH);
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new Sequential(new Linear(weight, null), new Linear(weight.reshape(WIDTH, WIDTH), null)))
                .withMessageStartingWith("Parts: 0.weight and 1.weight are one tensor; ");
    }

    @Test
    void what_the_parts_do_not_say_is_refused() {
        var linear = new Linear(WIDTH, WIDTH, random);
        class Old implements Layer {
            @Override
            public Tensor forward(Tensor x) {
                return linear.forward(x);
            }

            @Override
            public Tensor backward(Tensor dOut) {
                return linear.backward(dOut);
            }

            @Override
            public List<Parameter> parameters() {
                return linear.parameters();
            }

            @Override
            public Parts parts() {
                return Parts.NONE;
            }
        }
        var message = "Old.parameters() gives 2 parameters, and its parts have 0: do not override it, but add each"
                + " parameter and each layer to the parts";
        assertThatIllegalStateException()
                .isThrownBy(() -> new Sequential(new Old()))
                .withMessage(message);
        assertThatIllegalStateException()
                .isThrownBy(() -> new Old().stateDict())
                .withMessage(message);
        assertThatIllegalStateException()
                .isThrownBy(() -> new Old().train(false))
                .withMessage(message);
        assertThatIllegalStateException()
                .isThrownBy(() -> new Old().to(DType.FLOAT64))
                .withMessage(message);
        assertThatIllegalStateException()
                .isThrownBy(() -> GradientCheck.of(new Old()))
                .withMessage(message);
    }

    @Test
    void a_part_that_is_not_reached_is_told() {
        class Deaf implements Layer {
            private final Parts parts = new Parts();
            private final BatchNorm1d norm = parts.add("norm", new BatchNorm1d(WIDTH));

            @Override
            public Tensor forward(Tensor x) {
                return norm.forward(x);
            }

            @Override
            public Tensor backward(Tensor dOut) {
                return norm.backward(dOut);
            }

            @Override
            public void train(boolean training) {}

            @Override
            public Parts parts() {
                return parts;
            }
        }
        var model = new Sequential(new Deaf());
        assertThatIllegalStateException()
                .isThrownBy(() -> model.train(false))
                .withMessage("Deaf.train does not reach its parts: call Layer.super.train where it is overridden, and"
                        + " let parts() return the same Parts each time");
    }

    @Test
    void a_part_that_comes_late_is_refused() {
        var block = new Block(random);
        var model = new Sequential(block);
        assertThatIllegalStateException()
                .isThrownBy(() -> block.parts.add("c", new Tanh()))
                .withMessage("Parts: c comes too late: add every part in the constructor, before the layer is used");
        assertThatIllegalStateException()
                .isThrownBy(() -> Parts.NONE.add("c", model))
                .withMessageStartingWith("Parts: c comes too late");
    }

    @Test
    void a_tied_parameter_is_stepped_and_saved_once_and_gets_both_gradients() {
        var embedding = new Embedding(6, WIDTH, random);
        var head = new TiedHead(embedding.weight());
        assertThat(head.stateDict().keySet()).containsExactly("table");
        var model = new Sequential(embedding, new Tanh(), head);
        assertThat(model.parameters()).containsExactly(embedding.weight());
        assertThat(model.stateDict().keySet()).containsExactly("0.weight");
        GradientCheck.of(model).input(Tensor.of(new int[] {1, 5, 1, 0}, 4)).assertPasses();

        var second = new Embedding(6, WIDTH, random);
        var tiedFirst = new Sequential(new TiedHead(second.weight()), new Residual(second));
        assertThat(tiedFirst.stateDict().keySet()).containsExactly("1.f.0.weight");
    }

    /** A nesting of layers of random depth; each layer made is added to all. */
    private static Layer nesting(Random choice, TorchRandom random, int depth, List<Layer> all) {
        var layer = switch (choice.nextInt(depth == 0 ? 5 : 8)) {
            case 0 -> new Linear(WIDTH, WIDTH, choice.nextBoolean(), random);
            case 1 -> new BatchNorm1d(WIDTH);
            case 2 -> new LayerNorm(WIDTH);
            case 3 -> new Tanh();
            case 4 -> new Block(random);
            case 5 -> new Residual(several(choice, random, depth, all));
            default -> new Sequential(several(choice, random, depth, all));
        };
        all.add(layer);
        return layer;
    }

    private static Layer[] several(Random choice, TorchRandom random, int depth, List<Layer> all) {
        var layers = new Layer[1 + choice.nextInt(3)];
        for (int i = 0; i < layers.length; i++) {
            layers[i] = nesting(choice, random, depth - 1, all);
        }
        return layers;
    }

    private static Layer model(int seed, List<Layer> all) {
        return new Sequential(several(new Random(seed), TorchRandom.seeded(seed), 4, all));
    }

    @Test
    void every_nesting_is_saved_and_reached_whole_and_refuses_a_second_place() {
        for (int seed = 0; seed < SEEDS; seed++) {
            var all = new ArrayList<Layer>();
            var model = model(seed, all);
            int own = all.stream()
                    .mapToInt(layer -> switch (layer) {
                        case Linear linear -> linear.bias() == null ? 1 : 2;
                        case BatchNorm1d _ -> 4;
                        case LayerNorm _ -> 2;
                        case Block _ -> 8;
                        default -> 0;
                    })
                    .sum();
            assertThat(model.stateDict()).as("seed %d", seed).hasSize(own);

            var x = Tensor.randn(random, 6, WIDTH);
            model.forward(x);
            var same = new Sequential(several(new Random(seed), TorchRandom.seeded(seed + 1), 4, new ArrayList<>()));
            same.loadStateDict(model.stateDict().copy());
            model.train(false);
            same.train(false);
            assertThat(same.forward(x)).as("seed %d", seed).isEqualTo(model.forward(x));

            model.to(DType.FLOAT64);
            assertThat(model.stateDict().values()).allMatch(tensor -> tensor.dtype() == DType.FLOAT64);
            for (var layer : all) {
                assertThat(layer.parts() == Parts.NONE || !layer.parts().isTraining())
                        .as("seed %d", seed)
                        .isTrue();
                if (!layer.equals(model)) {
                    assertThatIllegalArgumentException()
                            .as("seed %d", seed)
                            .isThrownBy(() -> new Sequential(model, new Residual(new Tanh(), layer)))
                            .withMessageMatching("Parts: 0\\..* and 1\\.f\\.1.* are one .*");
                }
            }
        }
    }

    @Test
    void every_nesting_notices_a_batch_in_between() {
        var x = Tensor.randn(random, 6, WIDTH);
        var other = Tensor.randn(random, 6, WIDTH);
        for (int seed = 0; seed < SEEDS; seed++) {
            var model = model(seed, new ArrayList<>());
            var loss = new MseLoss();
            loss.forward(model.forward(x), other);
            model.backward(loss.backward());
            loss.forward(model.forward(x), other);
            var d = loss.backward();
            model.forward(other);
            assertThatIllegalStateException()
                    .as("seed %d", seed)
                    .isThrownBy(() -> model.backward(d))
                    .withMessageContaining("earlier forward pass");
        }
    }

    private static Parts withGenerator(String name, TorchRandom generator) {
        var parts = new Parts();
        parts.add(name, generator);
        return parts;
    }

    @Test
    void a_generator_has_a_name_of_its_own_and_comes_before_use() {
        var parts = withGenerator("random", random);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> parts.add("random", TorchRandom.seeded(1)))
                .withMessage("Parts: two generators are called random; give each part its own name");
        parts.add("again", random);
        assertThat(parts.generators()).containsOnlyKeys("random");
        parts.parameters();
        assertThatIllegalStateException()
                .isThrownBy(() -> parts.add("late", TorchRandom.seeded(1)))
                .withMessage("Parts: late comes too late: add every part in the constructor, before the layer is used");
    }
}
