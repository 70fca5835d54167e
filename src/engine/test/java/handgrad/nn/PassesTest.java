package handgrad.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import handgrad.random.TorchRandom;
import handgrad.tensor.Tensor;
import handgrad.tensor.Tracer;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("no-kernel")
class PassesTest {
    private static final int ROWS = 6;
    private static final int WIDTH = 4;
    private static final String EARLIER = "dOut belongs to an earlier forward pass: forward has run again since, and a"
            + " layer keeps what backward needs for its last pass alone. Call backward first and then evaluate, or"
            + " forward again";
    private static final String OVERWRITTEN = "its input has been overwritten since forward, by another forward pass of"
            + " the layer that made it, or in place. Call backward first, or forward again";
    private static final String EVALUATION = "the last forward pass was in evaluation, and the layer is in training"
            + " now: that pass was of another batch, or train(true) came after it. Call forward again, then backward";

    private static final String SERVES_ONE =
            " a layer keeps its tensors from call to call, so it serves one thread at a"
                    + " time. Give each thread a model of its own; DataParallel does so for the shards of a batch";

    private final TorchRandom random = TorchRandom.seeded(3);
    private final Tensor x = Tensor.randn(random, ROWS, WIDTH);
    private final Tensor other = Tensor.randn(random, ROWS, WIDTH);
    private final Tensor y = Tensor.randn(random, ROWS, WIDTH);

    record Subject(String name, Supplier<Layer> layer) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Linear linear() {
        return new Linear(WIDTH, WIDTH, TorchRandom.seeded(1));
    }

    /** out = x + f(x), a layer of one's own that makes fresh tensors. */
    private record Residual(Layer f) implements Layer {
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
            return f.parts();
        }
    }

    /** y = 2x, in an array of its own, as one writes it without operations of tensors. */
    private static final class Twice implements Layer {
        private final Tensor output = Tensor.zeros(ROWS, WIDTH);

        @Override
        public Tensor forward(Tensor x) {
            for (int i = 0; i < output.floats().length; i++) {
                output.floats()[i] = 2 * x.floats()[i];
            }
            return output;
        }

        @Override
        public Tensor backward(Tensor dOut) {
            return dOut.mul(2);
        }

        @Override
        public Parts parts() {
            return Parts.NONE;
        }
    }

    static Stream<Subject> models() {
        return Stream.of(
                new Subject("Linear", PassesTest::linear),
                new Subject("Sequential", () -> new Sequential(linear(), new BatchNorm1d(WIDTH), new Tanh(), linear())),
                new Subject("nested", () -> new Sequential(linear(), new Sequential(new Sequential(linear())))),
                new Subject("residual", () -> new Residual(new Sequential(linear(), new Tanh()))),
                new Subject("residual inside", () -> new Sequential(new Residual(linear()), new Residual(linear()))),
                new Subject("own array last", () -> new Sequential(linear(), new Twice())),
                new Subject("LayerNorm", () -> new LayerNorm(WIDTH)),
                new Subject("RMSNorm", () -> new RMSNorm(WIDTH)),
                new Subject("Gelu", () -> new Sequential(linear(), new Gelu())),
                new Subject("Gelu", () -> new Sequential(linear(), Gelu.tanh())));
    }

    /** Whatever evaluates a batch, whatever its size, between the forward and the backward pass of another. */
    @ParameterizedTest
    @MethodSource("models")
    void a_batch_evaluated_in_between_is_noticed(Subject subject) {
        var evaluations = List.<Consumer<Layer>>of(
                model -> model.forward(other),
                model -> new MseLoss().forward(model.forward(other), y),
                model -> {
                    model.train(false);
                    model.forward(other);
                    model.train(true);
                },
                model -> {
                    model.train(false);
                    model.forward(other);
                });
        for (var evaluation : evaluations) {
            var model = subject.layer.get();
            var loss = new MseLoss();
            loss.forward(model.forward(x), y);
            evaluation.accept(model);
            assertThatIllegalStateException()
                    .isThrownBy(() -> model.backward(loss.backward()))
                    .withMessageMatching("\\w+\\.backward: (\\Q" + EARLIER + "\\E|\\Q" + OVERWRITTEN + "\\E|\\Q"
                            + EVALUATION + "\\E)");

            var again = subject.layer.get();
            loss.forward(again.forward(x), y);
            var d = loss.backward();
            evaluation.accept(again);
            assertThatIllegalStateException()
                    .isThrownBy(() -> again.backward(d))
                    .withMessageMatching("\\w+\\.backward: (\\Q" + EARLIER + "\\E|\\Q" + EVALUATION + "\\E)");
            assertThatIllegalStateException().isThrownBy(() -> again.backward(d.mul(0.5)));

            // After a forward pass of its own all is well.
            again.train(true);
            loss.forward(again.forward(x), y);
            again.backward(loss.backward());
        }
    }

    @Test
    void a_batch_of_another_size_is_noticed() {
        var model = new Sequential(linear(), new Tanh(), linear());
        var loss = new CrossEntropyLoss();
        loss.forward(model.forward(x), Tensor.of(new int[] {0, 1, 2, 3, 0, 1}, ROWS));
        model.forward(other.narrow(0, 0, 2));
        var d = loss.backward();
        assertThatIllegalStateException()
                .isThrownBy(() -> model.backward(d))
                .withMessage("Sequential.backward: " + EARLIER);
    }

    @Test
    void the_messages_say_what_happened() {
        var model = new Sequential(linear(), new BatchNorm1d(WIDTH));
        var loss = new MseLoss();
        loss.forward(model.forward(x), y);
        model.forward(other);
        assertThatIllegalStateException().isThrownBy(loss::backward).withMessage("MseLoss.backward: " + OVERWRITTEN);
        // A gradient by hand tells nothing of its pass; the mode does.
        model.forward(x);
        model.train(false);
        model.forward(other);
        model.train(true);
        assertThatIllegalStateException()
                .isThrownBy(() -> model.backward(Tensor.ones(ROWS, WIDTH)))
                .withMessage("Sequential.backward: " + EVALUATION);
    }

    @Test
    void a_layer_inside_that_ran_by_itself_is_noticed() {
        var first = linear();
        var model = new Sequential(first, new Tanh(), linear());
        var loss = new MseLoss();
        loss.forward(model.forward(x), y);
        first.forward(other);
        assertThatIllegalStateException()
                .isThrownBy(() -> model.backward(loss.backward()))
                .withMessage("Tanh.backward: " + OVERWRITTEN);
        // As are features that a layer without training makes anew, of the same size.
        var features = linear();
        var head = linear();
        loss.forward(head.forward(features.forward(x)), y);
        features.forward(other);
        assertThatIllegalStateException()
                .isThrownBy(() -> head.backward(loss.backward()))
                .withMessage("Linear.backward: " + OVERWRITTEN);
    }

    /** out = f(f(x)), which keeps what it needs of its second call alone, and does not say what it is made of. */
    private record Squared(Layer f) implements Layer {
        @Override
        public Tensor forward(Tensor x) {
            return f.forward(f.forward(x).copy());
        }

        @Override
        public Tensor backward(Tensor dOut) {
            return f.backward(f.backward(dOut));
        }

        @Override
        public Parts parts() {
            return f.parts();
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void a_layer_that_runs_in_two_places_is_noticed(Subject subject) {
        var model = new Squared(subject.layer.get());
        var loss = new MseLoss();
        loss.forward(model.forward(x), y);
        assertThatIllegalStateException()
                .isThrownBy(() -> model.backward(loss.backward()))
                .withMessageMatching("\\w+\\.backward: (\\Q" + EARLIER + "\\E|\\Q" + OVERWRITTEN + "\\E)");
    }

    @ParameterizedTest
    @MethodSource("models")
    void what_is_right_is_not_refused(Subject subject) {
        var model = subject.layer.get();
        var loss = new MseLoss();
        var gradient = Tensor.ones(ROWS, WIDTH);
        // Twice after one forward pass; after two, of the second; by hand; of two losses.
        loss.forward(model.forward(x), y);
        model.backward(loss.backward());
        model.backward(loss.backward());
        model.forward(x);
        loss.forward(model.forward(other), y);
        model.backward(loss.backward());
        model.forward(other);
        model.backward(gradient);
        var out = model.forward(x);
        var second = new MseLoss();
        loss.forward(out, y);
        second.forward(out, other);
        model.backward(loss.backward());
        model.backward(second.backward().mul(0.5));
        model.backward(loss.backward().copy().add(second.backward()));
        // With evaluation before and after, and in it; and another model in between.
        model.train(false);
        model.forward(other);
        model.backward(gradient);
        model.train(true);
        loss.forward(model.forward(x), y);
        model.train(false);
        model.backward(loss.backward());
        model.train(true);
        loss.forward(model.forward(x), y);
        subject.layer.get().forward(other);
        model.backward(loss.backward());
        // A gradient that old outputs have a share in.
        var old = model.forward(other).copy();
        var now = model.forward(x);
        model.backward(now.sub(old));
        // Two models in a row, one of which goes twice, as in adversarial training.
        var judge = subject.layer.get();
        loss.forward(judge.forward(y), x);
        judge.backward(loss.backward());
        loss.forward(judge.forward(model.forward(x)), y);
        model.backward(judge.backward(loss.backward()));
    }

    @Test
    void weights_stepped_by_hand_beside_a_layer_are_no_gradients() {
        var layer = linear();
        var w = Tensor.randn(random, WIDTH, WIDTH);
        var average = Tensor.zeros(WIDTH, WIDTH);
        for (int step = 0; step < 3; step++) {
            var h = layer.forward(x);
            var dOut = h.matmul(w).sub(y);
            layer.backward(dOut.matmulTransposeB(w));
            var dW = h.matmulTransposeA(dOut);
            average = average.mul(0.9).add(dW);
            if (step == 0) {
                w.addInPlace(dW.mul(-0.1));
            } else {
                w = w.sub(average.mul(0.1));
            }
        }
    }

    @Test
    void a_traced_pass_leaves_the_next_one_as_it_is() {
        var stack = new GatedResidualStack(WIDTH, WIDTH, new int[] {1, 2}, random);
        var sequence = Tensor.randn(random, 2, 6, WIDTH);
        Tracer.call((_, _, _, _) -> {}, () -> stack.forward(sequence));
        var out = stack.forward(sequence);
        assertThat(stack.backward(Tensor.ones(2, out.size(1), WIDTH)).shape()).isEqualTo(sequence.shape());
    }

    @Test
    void a_forward_pass_that_failed_has_no_backward() {
        var model = new Sequential(linear(), new Tanh());
        model.forward(x);
        assertThatIllegalArgumentException().isThrownBy(() -> model.forward(Tensor.zeros(2, 7)));
        assertThatIllegalStateException()
                .isThrownBy(() -> model.backward(Tensor.ones(ROWS, WIDTH)))
                .withMessage("Sequential.backward: call forward first");
        model.forward(x);
        assertThatCode(() -> model.backward(Tensor.ones(ROWS, WIDTH))).doesNotThrowAnyException();
    }

    @Test
    @SuppressWarnings("NullAway") // what a user without its checks may do
    void null_keeps_no_thread_out() throws Exception {
        var layer = linear();
        assertThatNullPointerException().isThrownBy(() -> layer.forward(null));
        layer.forward(x);
        assertThatNullPointerException().isThrownBy(() -> layer.backward(null));
        assertThat(start("another", () -> layer.forward(x).shape()).get()).isEqualTo(x.shape());
        assertThatNullPointerException()
                .isThrownBy(() -> new Sequential(new Tanh(), null))
                .withMessage("Parts: 1 is null");
    }

    private static <T> FutureTask<T> start(String name, Callable<T> task) {
        var future = new FutureTask<>(task);
        Thread.ofPlatform().name(name).daemon().start(future);
        return future;
    }

    /** Waits in its passes until it is let go. */
    private static final class Waiting implements Layer {
        private final CountDownLatch entered = new CountDownLatch(1);
        private final CountDownLatch leave = new CountDownLatch(1);

        private Tensor pass(Tensor tensor) {
            entered.countDown();
            try {
                leave.await();
            } catch (InterruptedException exception) {
                throw new IllegalStateException(exception);
            }
            return tensor;
        }

        @Override
        public Tensor forward(Tensor x) {
            return pass(x);
        }

        @Override
        public Tensor backward(Tensor dOut) {
            return dOut;
        }

        @Override
        public Parts parts() {
            return Parts.NONE;
        }
    }

    @Test
    void a_second_thread_is_refused_and_the_first_is_not_disturbed() throws Exception {
        var waiting = new Waiting();
        var model = new Sequential(linear(), waiting, new Tanh());
        var expected = new Sequential(linear(), new Tanh()).forward(x).copy();
        var first = start("first", () -> model.forward(x).copy());
        waiting.entered.await();
        var second = start("second", () -> {
            assertThatIllegalStateException()
                    .isThrownBy(() -> model.forward(other))
                    .withMessage("Sequential.forward: thread first is inside already, and this is thread second;"
                            + SERVES_ONE);
            assertThatIllegalStateException()
                    .isThrownBy(() -> model.backward(other))
                    .withMessageStartingWith("Sequential.backward: thread first is inside already");
            return true;
        });
        assertThat(second.get()).isTrue();
        waiting.leave.countDown();
        assertThat(first.get()).isEqualTo(expected);
        // From thread to thread, one at a time.
        assertThat(start("third", () -> model.forward(x).copy()).get()).isEqualTo(expected);
        model.backward(Tensor.ones(ROWS, WIDTH));
    }

    /** The layers that own their tensors, each entered by one thread while another is inside. */
    @Test
    void every_pass_keeps_a_second_thread_out_until_it_ends() throws Exception {
        var passes = new Passes("Own", Parts.NONE);
        var pass = passes.forward(x);
        var refused = start("", () -> {
            assertThatIllegalStateException()
                    .isThrownBy(() -> passes.forward(x))
                    .withMessageMatching("Own\\.forward: thread .+ is inside already, and this is thread #\\d+; .*");
            return true;
        });
        assertThat(refused.get()).isTrue();
        pass.close();
        assertThat(start("after", () -> {
                            passes.forward(x).close();
                            return true;
                        })
                        .get())
                .isTrue();
    }

    @Test
    void an_error_inside_lets_other_threads_in() throws Exception {
        for (var layer : List.of(linear(), new Sequential(linear()), new LayerNorm(WIDTH), new BatchNorm1d(WIDTH))) {
            var failed = start("failing", () -> {
                assertThatIllegalArgumentException().isThrownBy(() -> layer.forward(Tensor.zeros(3, 7)));
                assertThatIllegalStateException().isThrownBy(() -> layer.backward(Tensor.zeros(3, 7)));
                return true;
            });
            assertThat(failed.get()).isTrue();
            assertThatCode(() -> layer.forward(x)).doesNotThrowAnyException();
        }
    }
}
