package handgrad.check.pass;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import handgrad.check.pass.PassGraph.Value;
import handgrad.nn.CrossEntropyLoss;
import handgrad.nn.Embedding;
import handgrad.nn.FlattenConsecutive;
import handgrad.nn.Linear;
import handgrad.nn.Sequential;
import handgrad.nn.Tanh;
import handgrad.random.TorchRandom;
import handgrad.tensor.DType;
import handgrad.tensor.Op;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import handgrad.tensor.Tracer;
import java.util.ArrayList;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("no-kernel")
class PassGraphTest {
    private final TorchRandom random = TorchRandom.seeded(7);
    private final Tensor x = Tensor.randn(random, 4, 3).to(DType.FLOAT64);
    private final Tensor w = Tensor.randn(random, 3, 5).to(DType.FLOAT64);

    private Tensor pass(NamedPass.Names names) {
        var weight = names.name("w", w);
        var h = names.name("h", x.matmul(weight).add(1).tanh());
        h.exp(); // is not part of the loss
        return h.pow(2).sum();
    }

    private static Value named(PassGraph graph, String name) {
        return graph.values().stream()
                .filter(value -> name.equals(value.name()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void a_named_pass_gives_the_graph_of_what_it_ran() {
        var graph = NamedPass.of(this::pass).graph();
        assertThat(graph.values())
                .extracting(Value::operation)
                .containsExactly(null, null, Op.MATMUL, Op.ADD, Op.TANH, Op.POW, Op.RESHAPE, Op.SUM);
        var h = named(graph, "h");
        assertThat(h.shape()).isEqualTo(Shape.of(4, 5));
        assertThat(h.content().dtype()).isEqualTo(DType.FLOAT64);
        assertThat(h.inputs().getFirst().arguments()).containsExactly(1.0);
        assertThat(h.inputs().getFirst().inputs().getFirst().inputs())
                .extracting(Value::tensor)
                .containsExactly(x, w);
        assertThat(named(graph, "w").isLeaf()).isTrue();
        assertThat(graph.loss().name()).isEqualTo("loss");
        assertThat(graph.loss().content().item())
                .isEqualTo(pass((_, value) -> value).item());
    }

    @Test
    void a_value_knows_the_line_that_computed_it() {
        var origin = Objects.requireNonNull(named(PassGraph.of(this::pass), "h").origin());
        assertThat(origin.getFileName()).isEqualTo("PassGraphTest.java");
        assertThat(origin.getMethodName()).isEqualTo("pass");
    }

    @Test
    void a_tensor_that_is_changed_in_place_is_two_values() {
        var graph = PassGraph.of(names -> {
            var sum = names.name("before", x.mul(2));
            var product = sum.mul(3);
            sum.addInPlace(product);
            return names.name("after", sum).sum();
        });
        var after = named(graph, "after");
        assertThat(after.operation()).isEqualTo(Op.ADD_IN_PLACE);
        assertThat(after.inputs().getFirst()).isSameAs(named(graph, "before"));
        assertThat(after.content()).isEqualTo(x.mul(8));
    }

    @Test
    void a_program_is_read_up_to_its_first_loss() {
        var model = new Sequential(
                new Embedding(5, 2, random), new FlattenConsecutive(3), new Linear(6, 4, random), new Tanh());
        var steps = new ArrayList<Integer>();
        var graph = PassGraph.untilLoss(_ -> {
            for (int step = 0; step < 3; step++) {
                steps.add(step);
                new CrossEntropyLoss()
                        .forward(
                                model.forward(Tensor.of(new int[] {0, 1, 2, 4, 4, 0}, 2, 3)),
                                Tensor.of(new int[] {3, 0}, 2));
            }
        });
        assertThat(steps).containsExactly(0);
        assertThat(graph.values())
                .filteredOn(value -> !value.isLeaf())
                .extracting(Value::operation)
                .containsExactly(Op.EMBEDDING, Op.RESHAPE, Op.LINEAR, Op.TANH, Op.SOFTMAX, Op.NEGATIVE_LOG_LIKELIHOOD);
    }

    @Test
    void a_program_without_a_loss_says_so() {
        assertThatThrownBy(() -> PassGraph.untilLoss(_ -> x.exp()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the program ends without a loss; CrossEntropyLoss gives one");
    }

    @Test
    void a_pass_of_too_many_operations_is_stopped() {
        assertThatThrownBy(() -> PassGraph.of(_ -> {
                    var sum = x;
                    while (true) {
                        sum = sum.add(1);
                    }
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the pass runs more than 20,000 operations, too many for a graph");
    }

    @Test
    void a_name_is_used_once() {
        assertThatThrownBy(() -> PassGraph.of(names -> names.name("a", names.name("a", x))))
                .hasMessage("PassGraph: the name a is used twice");
    }

    @Test
    void only_the_recording_thread_is_told() throws InterruptedException {
        var operations = new ArrayList<Op>();
        Tracer.call((op, _, _, _) -> operations.add(op), () -> {
            var other = new Thread(x::exp);
            other.start();
            other.join();
            return x.neg();
        });
        x.tanh();
        assertThat(operations).containsExactly(Op.NEG);
    }
}
