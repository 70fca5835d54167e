package handgrad.check;

import static org.assertj.core.api.Assertions.assertThat;

import handgrad.check.LearnerOperation.Fault;
import handgrad.check.LearnerOperation.Gradient;
import handgrad.check.result.Cause.Kind;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Wrong gradients are planted in every operation of {@link LearnerOperations}: each must be caught, most with the right
 * cause.
 */
@Tag("no-kernel")
class PlantedFaultsTest {
    private static final double LEAST_RIGHT_CAUSES = 0.9;

    /** Mistakes that can be made in any gradient. */
    private static List<Fault> usual(LearnerOperation operation, int input) {
        var right = operation.gradient(input);
        var sample = operation.inputs(1)[input].shape();
        var faults = new ArrayList<Fault>();
        faults.add(fault("times 1.01", input, (d, x) -> right.of(d, x).mul(1.01), Kind.CONSTANT_FACTOR));
        faults.add(fault("times 2", input, (d, x) -> right.of(d, x).mul(2), Kind.CONSTANT_FACTOR));
        faults.add(fault("wrong sign", input, (d, x) -> right.of(d, x).neg(), Kind.SIGN));
        faults.add(fault("zero", input, (d, x) -> right.of(d, x).mul(0), Kind.ZERO));
        faults.add(fault("not a number", input, (d, x) -> changed(right.of(d, x), Double.NaN), Kind.NOT_FINITE));
        faults.add(fault(
                "one more dimension",
                input,
                (d, x) -> right.of(d, x).reshape(1, 1, sample.elements(), 1),
                Kind.WRONG_SHAPE));
        if (sample.elements() > 2) {
            faults.add(fault("one element", input, (d, x) -> changed(right.of(d, x), 0.3), Kind.ONE_ELEMENT));
        }
        if (sample.rank() == 2 && sample.size(0) > 1 && sample.size(1) > 1) {
            faults.add(fault("transposed", input, (d, x) -> right.of(d, x).t(), Kind.TRANSPOSED));
        }
        if (operation.isNonlinear(input)) {
            var first = new ArrayList<Tensor[]>();
            faults.add(fault("of the first batch", input, (d, x) -> ofTheFirst(first, right, d, x), Kind.STALE));
        }
        return faults;
    }

    private static Tensor ofTheFirst(List<Tensor[]> first, Gradient right, Tensor dOut, Tensor... x) {
        if (first.isEmpty()) {
            first.add(x);
        }
        return right.of(dOut, first.getFirst());
    }

    private static Fault fault(String name, int input, Gradient gradient, Kind... causes) {
        return new Fault(name, input, gradient, Set.of(causes));
    }

    private static Tensor changed(Tensor gradient, double by) {
        var changed = gradient.copy();
        int last = changed.shape().elements() - 1;
        changed.setFlat(last, changed.getFlat(last) + by);
        return changed;
    }

    @Test
    void every_wrong_gradient_is_caught_and_most_are_explained() {
        var missed = new ArrayList<String>();
        var unexplained = new ArrayList<String>();
        int planted = 0;
        for (var operation : LearnerOperations.all()) {
            var faults = new ArrayList<>(operation.faults());
            for (int input = 0; input < operation.gradients(); input++) {
                faults.addAll(usual(operation, input));
            }
            for (var fault : faults) {
                planted++;
                var report = operation
                        .check(planted, fault.input(), fault.gradient())
                        .run();
                var cause = report.tensors().get(fault.input()).cause();
                String what = operation.name() + ", input " + fault.input() + ", " + fault.name();
                if (cause == null) {
                    missed.add(what);
                } else if (!fault.causes().contains(cause.kind())) {
                    unexplained.add(what + ", wanted " + fault.causes() + ": " + cause.kind() + " " + cause);
                }
            }
        }
        assertThat(missed).isEmpty();
        assertThat(planted).isGreaterThanOrEqualTo(200);
        assertThat(unexplained).hasSizeLessThanOrEqualTo((int) ((1 - LEAST_RIGHT_CAUSES) * planted));
    }

    @Test
    @Tag("long")
    void right_gradients_raise_no_alarm_in_10_000_runs() {
        var operations = LearnerOperations.all();
        var alarms = new ArrayList<String>();
        for (int run = 0; run < 10_000; run++) {
            var operation = operations.get(run % operations.size());
            var report = operation.check(run).run();
            if (!report.passed()) {
                alarms.add(operation.name() + ", seed " + run + ": " + report);
            }
        }
        assertThat(alarms).isEmpty();
    }
}
