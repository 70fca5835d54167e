package handgrad.check;

import handgrad.check.WatchedPasses.Target;
import handgrad.check.difference.CentralDifferences;
import handgrad.check.difference.Judgement.Finding;
import handgrad.check.difference.TensorCheck.Bend;
import handgrad.check.difference.Tensors;
import handgrad.check.difference.Tolerance;
import handgrad.check.result.Cause;
import handgrad.check.result.Cause.Kind;
import handgrad.tensor.DType;
import handgrad.tensor.Shape;
import handgrad.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Elements at which an output has no derivative, such as those that are equal in a maximum. Each gradient by itself may
 * be anything between 0 and 1 there; but where all of them move together the maximum moves as they do, so their
 * gradients add up to a number that can be checked.
 */
final class Ties {
    /** The most groups that are looked at. */
    private static final int MOST = 64;

    /** An element of a target, and its value. */
    private record Member(int target, int element, double value) {}

    private final WatchedPasses passes;
    private final List<Target> targets;
    private final Shape output;
    private final Tensor[] batch;
    private final Tolerance tolerance;
    private final Map<Integer, List<Member>> ofOutput = new TreeMap<>();

    Ties(WatchedPasses passes, List<Target> targets, Shape output, Tensor[] batch, Tolerance tolerance) {
        this.passes = passes;
        this.targets = targets;
        this.output = output;
        this.batch = batch;
        this.tolerance = tolerance;
    }

    void add(int target, Tensor x, List<Bend> bends) {
        for (var bend : bends) {
            var member = new Member(target, bend.element(), x.getFlat(bend.element()));
            for (int output : bend.outputs()) {
                ofOutput.computeIfAbsent(output, _ -> new ArrayList<>()).add(member);
            }
        }
    }

    /** What is wrong, by the number of a target. */
    Map<Integer, Cause> causes() {
        var causes = new LinkedHashMap<Integer, Cause>();
        int looked = 0;
        for (var entry : ofOutput.entrySet()) {
            List<Tensor> gradients = null;
            for (var group : groups(entry.getValue())) {
                if (looked++ >= MOST) {
                    return causes;
                }
                if (gradients == null) {
                    gradients = passes.gradients(PointCheck.one(output, entry.getKey()), batch)
                            .once();
                }
                judge(entry.getKey(), group, gradients, causes);
            }
        }
        return causes;
    }

    /** All elements of an output, and those of them that are equal. */
    private static List<List<Member>> groups(List<Member> members) {
        var groups = new ArrayList<List<Member>>();
        groups.add(members);
        groups.addAll(
                members.stream().collect(Collectors.groupingBy(Member::value)).values());
        return groups.stream().distinct().filter(group -> group.size() > 1).toList();
    }

    private void judge(int number, List<Member> group, List<Tensor> gradients, Map<Integer, Cause> causes) {
        double sum = 0;
        for (var member : group) {
            sum += gradients.get(member.target).getFlat(member.element);
        }
        CentralDifferences.Function function = moved -> forward(group, moved.item());
        var weights = PointCheck.one(output, number);
        // What moves is how far all of them are from where they are.
        var together = new CentralDifferences(function, Tensor.zeros(DType.FLOAT64, Shape.SCALAR), weights, tolerance)
                .of(0)
                .judge(sum);
        if (together.is(Finding.DIFFERS)) {
            causes.putIfAbsent(
                    group.getFirst().target,
                    new Cause(
                            Kind.TIE,
                            "at " + names(group) + ", where output " + Tensors.index(output, number)
                                    + " has no derivative, the gradients together are " + sum
                                    + " times that of the output, and should be " + together.numeric()
                                    + ": elements that are equal share the gradient of their maximum"));
        }
    }

    private String names(List<Member> group) {
        return group.stream()
                .limit(4)
                .map(member -> targets.get(member.target).name()
                        + Tensors.index(shape(targets.get(member.target)), member.element))
                .collect(Collectors.joining(" and ", "", group.size() > 4 ? " and others" : ""));
    }

    private Shape shape(Target target) {
        var parameter = target.parameter();
        return parameter == null
                ? batch[target.input()].shape()
                : parameter.value().shape();
    }

    private Tensor forward(List<Member> group, double by) {
        var inputs = WatchedPasses.copies(batch);
        var parameters = new LinkedHashMap<Integer, Tensor>();
        try {
            for (var member : group) {
                var parameter = targets.get(member.target).parameter();
                if (parameter == null) {
                    inputs[targets.get(member.target).input()].setFlat(member.element, member.value + by);
                } else {
                    parameters.computeIfAbsent(
                            member.target, _ -> parameter.value().copy());
                    parameter.value().setFlat(member.element, member.value + by);
                }
            }
            return passes.forward(inputs);
        } finally {
            parameters.forEach((t, value) -> {
                var parameter = targets.get(t).parameter();
                if (parameter != null) {
                    parameter.value().copyFrom(value);
                }
            });
        }
    }
}
